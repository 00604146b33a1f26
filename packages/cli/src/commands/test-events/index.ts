import type { Noun } from '../../framework/index.ts';
import { FUNCTION, operation, word } from '../../operations/index.ts';
import { CONTENT_FLAGS, readContent } from './content-flags.ts';
import { TEST_EVENT } from './find.ts';
import { show } from './show.ts';
import { templates } from './templates.ts';

export const testEvents: Noun = {
  name: 'test-events',
  summary: 'Sample events, saved with functions and of every kind of event source',
  commands: [
    operation('test-events create', 'createEvent', {
      summary: 'Save a test event with a function; it has room for ten',
      args: [FUNCTION, word('name', TEST_EVENT.summary)],
      flags: CONTENT_FLAGS,
      fields: async (flags, connection, context) => ({ content: await readContent(flags, connection, context) }),
      examples: [
        `fgs test-events create hello ada --data '{"name":"Ada"}'`,
        'fgs test-events create resize put --template obs',
      ],
      text: ({ name }, { function: fn }) =>
        `${name}: saved. Run it: fgs functions invoke ${fn.name} --test-event ${name}`,
    }),
    operation('test-events list', 'listEvents', {
      summary: 'Test events that were saved with a function',
      args: [FUNCTION],
      examples: ['fgs test-events list hello'],
      rows: ({ events }) =>
        events.map((event) => ({ ...event, changed: new Date(event.last_modified * 1000).toISOString() })),
      columns: { name: 'NAME', changed: 'LAST CHANGE', id: 'ID' },
      none: 'no test events; save one with fgs test-events create',
    }),
    show,
    operation('test-events update', 'updateEvent', {
      args: [FUNCTION, TEST_EVENT],
      flags: CONTENT_FLAGS,
      fields: async (flags, connection, context) => ({ content: await readContent(flags, connection, context) }),
      examples: [`fgs test-events update hello ada --data '{"name":"Ada Lovelace"}'`],
      text: ({ name }) => `${name}: changed`,
    }),
    operation('test-events delete', 'deleteEvent', {
      args: [FUNCTION, TEST_EVENT],
      examples: ['fgs test-events delete hello ada --yes'],
      confirm: ({ name: event, function: { name } }) => `test event ${event.name} of ${name}`,
      text: (_, { name: { name } }) => `deleted test event ${name}`,
      data: (_, { name: { id, name } }) => ({ id, name, outcome: 'deleted' }),
    }),
    templates,
  ],
};
