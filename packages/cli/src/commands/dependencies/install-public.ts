import type { Client } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, EXIT, flag, type StreamItem, usageError } from '../../framework/index.ts';

interface Requested {
  readonly names: readonly string[];
  readonly body: { readonly version?: string; readonly runtimes?: string[] };
}

/** Continues after a package that cannot be installed, and reports at the end that some are missing. */
async function* progress(client: Client, { names, body }: Requested, signal: AbortSignal): AsyncGenerator<StreamItem> {
  const missing: string[] = [];
  for (const name of names) {
    let done = false;
    for await (const event of client.stream('installPublicPackage', { params: { name }, body: { ...body }, signal })) {
      done ||= event.done === true;
      const data = { name, ...event };
      if (event.error !== undefined) yield { text: [event.error, event.hint].filter(Boolean).join('\n  hint: '), data };
      else if (event.done !== true) yield { text: event.step, data };
    }
    if (!done) missing.push(name);
  }
  const text =
    missing.length === 0 ? `${names.length} of ${names.length} are there` : `not installed: ${missing.join(', ')}`;
  yield { text, data: { missing }, exitCode: missing.length === 0 ? EXIT.ok : EXIT.refused };
}

export const installPublic = defineCommand({
  name: 'dependencies install-public',
  summary: 'Let the server fetch packages that the guide promises, and offer them to every project',
  flags: {
    all: flag.boolean('every package of the list'),
    runtime: flag.list('RUNTIME', 'for these; all of its language on the server when absent'),
    version: flag.text('X.Y.Z', 'another version than that of the guide'),
    ...CONNECTION_FLAGS,
  },
  args: [
    { name: 'names', summary: 'one package, or several with commas; without it the list is shown', optional: true },
  ],
  examples: [
    'fgs dependencies install-public',
    'fgs dependencies install-public lodash,express',
    'fgs dependencies install-public --all',
  ],
  async run({ flags, args }, context) {
    if (flags.all && args.names !== undefined) throw usageError('give either names or --all');
    const { client } = await connect(flags, context);
    const { packages } = (await client.call('listPublicPackages', { signal: context.signal })).data;
    const names = flags.all ? packages.map(({ name }) => name) : (args.names?.split(',').filter(Boolean) ?? []);
    if (names.length > 0) {
      if (flags.version !== undefined && names.length > 1) throw usageError('--version allows one package only');
      const body = {
        ...(flags.version === undefined ? {} : { version: flags.version }),
        ...(flags.runtime.length === 0 ? {} : { runtimes: [...flags.runtime] }),
      };
      return { kind: 'stream', items: progress(client, { names, body }, context.signal) };
    }
    const rows = packages.map((each) => ({ ...each, here: each.installed.map(({ runtime }) => runtime).join(', ') }));
    return {
      kind: 'table',
      columns: { name: 'NAME', version: 'VERSION', language: 'LANGUAGE', source: 'FROM', here: 'INSTALLED FOR' },
      rows,
      none: 'no packages',
    };
  },
});
