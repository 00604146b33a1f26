import type { Client } from '@funcgraph/api';
import { CliError } from '../../framework/index.ts';

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
  requested: string,
  present: string | undefined,
  client: Client,
  signal: AbortSignal,
): Promise<string> {
  if (/\d/.test(requested)) return requested;
  if (present?.startsWith(requested) === true && isOf(requested, present)) return present;
  const { data } = await client.call('listRuntimes', { signal });
  const found = data.runtimes
    .filter(({ name }) => name.startsWith(requested) && isOf(requested, name))
    .sort((a, b) => versionOf(b.name) - versionOf(a.name));
  const [newest] = found;
  // `Custom` is a runtime itself, and the server refuses unknown names.
  if (newest === undefined) return requested;
  const usable = found.find(({ available }) => available);
  if (usable !== undefined) return usable.name;
  throw new CliError(`this server has no ${requested} runtime`, { code: 'CLI.NO_RUNTIME', hint: newest.hint });
}
