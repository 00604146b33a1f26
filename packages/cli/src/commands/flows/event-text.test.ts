import { expect, test } from 'vitest';
import { EventText } from './event-text.ts';

const ERROR = { error_code: '4010', error_message: 'too slow' };

test.each([
  ['run started', { type: 'run_started' }],
  ['pay: function started', { type: 'node_started', exec: 0, node: 'pay', kind: 'function' }],
  ['pay: call failed: 4010: too slow', { type: 'call_finished', exec: 0, attempt: 1, error: ERROR }],
  ['pay: next attempt at 1970-01-01T00:00:02.000Z', { type: 'retry_scheduled', exec: 0, rule: 0, due: 2000 }],
  ['pay, attempt 2: call started', { type: 'call_started', exec: 0, attempt: 2 }],
  ['pay, attempt 2: call succeeded', { type: 'call_finished', exec: 0, attempt: 2, result: {} }],
  ['pay: finished → ship', { type: 'node_finished', exec: 0, to: 'ship' }],
  [
    'pay: failed: 4010: too slow; handled by oops → refund',
    { type: 'node_failed', exec: 0, error: ERROR, via: 'oops', to: 'refund' },
  ],
  ['pay: elements read: 2', { type: 'loop_items', exec: 0, items: [{ json: 1 }, { json: 2 }] }],
  ['pay: iterations started: 2', { type: 'iterations_started', exec: 0, count: 2 }],
  ['cancelled: pay, execution 7', { type: 'abandoned', execs: [0, 7] }],
  ['run ended: fail: 4010: too slow', { type: 'run_finished', status: 'fail', error: ERROR }],
  ['something new', { type: 'something_new' }],
])('says %j', (sentence, event) => {
  const text = new EventText();
  text.line({ type: 'node_started', exec: 0, node: 'pay', kind: 'function', at: 0 });
  expect(text.line({ at: 1000, ...event })).toBe(`1970-01-01T00:00:01.000Z  ${sentence}`);
});
