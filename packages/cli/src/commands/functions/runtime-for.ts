import type { Client } from '@funcgraph/api';
import { CliError } from '../../framework/index.ts';

/** Names without a version, and the runtime to install when the server has none of the language. */
const LANGUAGES: Readonly<Record<string, string>> = {
  'Node.js': 'fgs runtimes install Node.js20.15',
  Python: 'install Python on the server, then: fgs runtimes list',
  Java: 'install a JVM on the server, then: fgs runtimes list',
};

function versionOf(runtime: string): number {
  const [major = '0', minor = '0'] = runtime.replace(/^\D+/, '').split('.');
  return Number(major) * 1000 + Number(minor);
}

const isOf = (language: string, runtime: string): boolean => /^\d/.test(runtime.slice(language.length));

/**
 * The runtime itself, or for a language without a version (`Node.js`) the newest that this server really has. A function
 * that has one of the language, `present`, keeps it.
 */
export async function runtimeFor(
  wanted: string,
  present: string | undefined,
  client: Client,
  signal: AbortSignal,
): Promise<string> {
  const hint = LANGUAGES[wanted];
  if (hint === undefined) return wanted;
  if (present?.startsWith(wanted) === true && isOf(wanted, present)) return present;
  const { data } = await client.call('listRuntimes', { signal });
  const names = data.runtimes
    .filter(({ available, name }) => available && name.startsWith(wanted) && isOf(wanted, name))
    .map(({ name }) => name);
  const newest = names.sort((a, b) => versionOf(b) - versionOf(a))[0];
  if (newest === undefined)
    throw new CliError(`this server has no ${wanted} runtime`, { code: 'CLI.NO_RUNTIME', hint });
  return newest;
}
