import { serveCalls } from '../../../lib/worker-thread.ts';
import type { ValueCall, ValueResult } from './value-calls.ts';
import { ValueWork } from './value-work.ts';

serveCalls<ValueCall, ValueResult>(() => {
  const work = new ValueWork();
  return {
    handle(calls, flush) {
      for (const { call, resolve, reject } of calls) {
        try {
          resolve(work.do(call));
        } catch (error) {
          reject(error);
        }
        flush();
      }
    },
    close() {},
  };
});
