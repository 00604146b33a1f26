import { ApiError, type Client, type RouteResponse, type Routes } from '@funcgraph/api';
import { CliError, suggest, usageError } from '../../framework/index.ts';

function versionOf(runtime: string): number {
  const [major = '0', minor = '0'] = runtime.replace(/^\D+/, '').split('.');
  return Number(major) * 1000 + Number(minor);
}

const isOf = (language: string, runtime: string): boolean => /^\d/.test(runtime.slice(language.length));

type Runtimes = RouteResponse<Routes['listRuntimes']>['runtimes'];

/** Without the right to list them, the server judges the name. */
async function listRuntimes(client: Client, signal: AbortSignal): Promise<Runtimes> {
  try {
    return (await client.call('listRuntimes', { signal })).data.runtimes;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

const squeezed = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Throws a usage error for a name with a version that is nearly the name of a runtime: `nodejs20` for `Node.js20.15`. */
function refuseNearMiss(requested: string, runtimes: Runtimes): void {
  if (!/\d/.test(requested)) return;
  const word = squeezed(requested);
  const begun = runtimes
    .filter(({ name }) => squeezed(name).startsWith(word))
    .sort((a, b) => Number(b.available) - Number(a.available) || versionOf(b.name) - versionOf(a.name));
  const language = requested.replace(/\d.*$/, '');
  const isLanguage = runtimes.some(({ name }) => name.startsWith(language));
  // of a version that it does not have, the server lists those that it has
  const near =
    begun[0]?.name ??
    (isLanguage
      ? undefined
      : suggest(
          requested,
          runtimes.map(({ name }) => name),
        ));
  if (near !== undefined)
    throw usageError(
      `unknown runtime ${JSON.stringify(requested)}`,
      `did you mean ${near}? All of them: fgs runtimes list`,
    );
}

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
  if (requested === present) return requested;
  if (present?.startsWith(requested) === true && isOf(requested, present)) return present;
  const runtimes = await listRuntimes(client, signal);
  if (runtimes.some(({ name }) => name === requested)) return requested;
  refuseNearMiss(requested, runtimes);
  const found = runtimes
    .filter(({ name }) => name.startsWith(requested) && isOf(requested, name))
    .sort((a, b) => versionOf(b.name) - versionOf(a.name));
  const [newest] = found;
  // `Custom` is a runtime itself, and the server refuses unknown names.
  if (newest === undefined) return requested;
  const usable = found.find(({ available }) => available);
  if (usable !== undefined) return usable.name;
  throw new CliError(`this server has no ${requested} runtime`, { code: 'CLI.NO_RUNTIME', hint: newest.hint });
}
