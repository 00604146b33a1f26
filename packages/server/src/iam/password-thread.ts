import { serveCalls } from '../lib/worker-thread.ts';
import { type PasswordCall, type PasswordResult, passwordWork } from './password-work.ts';

serveCalls<PasswordCall, PasswordResult>((cost) => ({
  handle(calls, flush) {
    for (const { call, resolve, reject } of calls) {
      try {
        resolve(passwordWork(call, cost as number | undefined));
      } catch (error) {
        reject(error);
      }
      flush();
    }
  },
  close() {},
}));
