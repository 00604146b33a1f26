import { serveCalls } from '../lib/worker-thread.ts';
import { type PasswordCall, type PasswordResult, passwordWork } from './password-work.ts';

serveCalls<PasswordCall, PasswordResult>(() => ({
  handle(calls, flush) {
    for (const { call, resolve, reject } of calls) {
      try {
        resolve(passwordWork(call));
      } catch (error) {
        reject(error);
      }
      flush();
    }
  },
  close() {},
}));
