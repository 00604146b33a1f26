import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, type Output } from '../../framework/index.ts';
import { templateBytes } from './find.ts';

export const templates = defineCommand({
  name: 'test-events templates',
  summary: 'Sample events of every kind of event source, or one of them as JSON',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'name', summary: 'name of a template, with or without -event-template', optional: true }],
  examples: ['fgs test-events templates', 'fgs test-events templates apig'],
  async run({ flags, args }, context): Promise<Output> {
    const connection = await connect(flags, context);
    if (args.name !== undefined) {
      const content: unknown = JSON.parse(
        Buffer.from(await templateBytes(connection, args.name, context.signal)).toString('utf8'),
      );
      const bytes = Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
      return { kind: 'bytes', bytes, note: '', data: { name: args.name, content } };
    }
    const { data } = await connection.client.call('listEventTemplates', { signal: context.signal });
    return {
      kind: 'table',
      columns: { name: 'NAME', kind: 'TRIGGER', description: 'DESCRIPTION' },
      rows: data.templates,
      none: 'no templates',
    };
  },
});
