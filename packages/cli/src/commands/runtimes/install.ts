import type { Client } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { CliError, defineCommand, type StreamItem } from '../../framework/index.ts';

async function* progress(client: Client, name: string, signal: AbortSignal): AsyncGenerator<StreamItem> {
  let installed = false;
  for await (const event of client.stream('installRuntime', { params: { name }, signal })) {
    if (event.error !== undefined) {
      throw new CliError(event.error, {
        code: 'CLI.INSTALL',
        hint: `Or register one you have: fgs runtimes add ${name} --from DIR`,
      });
    }
    installed = event.runtime !== undefined;
    const text = event.runtime ? `${event.runtime.name} is available: ${event.runtime.version}` : event.step;
    yield { text, data: { ...event } };
  }
  if (!installed)
    throw new CliError(`the server ended before ${name} was installed`, {
      code: 'CLI.INSTALL',
      hint: 'Look at its log.',
    });
}

export const install = defineCommand({
  name: 'runtimes install',
  summary: 'Let the server fetch, check and register a runtime',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'name', summary: 'name of the runtime, as fgs runtimes list shows it' }],
  examples: ['fgs runtimes install Node.js14.18'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    return { kind: 'stream', items: progress(client, args.name, context.signal) };
  },
});
