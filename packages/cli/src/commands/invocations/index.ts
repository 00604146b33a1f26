import type { Noun } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { list } from './list.ts';
import { wait } from './wait.ts';

export const invocations: Noun = {
  name: 'invocations',
  summary: 'Invocations with their results and the resources they used',
  commands: [
    list,
    operation('invocations show', 'showReceipt', {
      summary: 'The receipt of one invocation: result, time of each step, resources used',
      args: [word('request-id', 'request id of the invocation', 'request_id')],
      examples: ['fgs invocations show 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
    }),
    wait,
  ],
};
