import type { Noun } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { list } from './list.ts';
import { purge } from './purge.ts';
import { redriveAll } from './redrive-all.ts';

const ID = word('id', 'id of the dead letter', 'letter_id');

export const deadLetters: Noun = {
  name: 'dead-letters',
  summary: 'Permanently failed asynchronous invocations and deliveries',
  commands: [
    list,
    operation('dead-letters show', 'showDeadLetter', {
      summary: 'A dead letter: its failure, the functions that led to it, and its event',
      args: [ID],
      examples: ['fgs dead-letters show 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
    }),
    operation('dead-letters redrive', 'redriveDeadLetter', {
      summary: 'Send a dead letter again; repeated, it still runs once',
      args: [ID],
      examples: ['fgs dead-letters redrive 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
      text: ({ request_id }) => `redriven as ${request_id}`,
    }),
    redriveAll,
    operation('dead-letters delete', 'deleteDeadLetter', {
      summary: 'Delete a dead letter and its event',
      args: [ID],
      examples: ['fgs dead-letters delete 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11 --yes'],
      confirm: ({ id }) => `dead letter ${id}`,
      text: (_, { id }) => `deleted dead letter ${id}`,
      data: (_, { id }) => ({ id, outcome: 'deleted' }),
    }),
    purge,
  ],
};
