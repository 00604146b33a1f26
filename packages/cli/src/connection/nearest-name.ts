import { ApiError, type Client, parseUrn } from '@funcgraph/api';
import { suggest } from '../framework/index.ts';
import type { FunctionParams } from './function-config.ts';

const PAGE = '100';

const wholeFunction = (params: FunctionParams): FunctionParams => ({
  ...params,
  function_urn: params.function_urn.split(':').slice(0, 7).join(':'),
});

const quoted = (name: string): string => (name.startsWith('!') ? `'${name}'` : name);

async function nearestFunction(
  client: Client,
  params: FunctionParams,
  signal: AbortSignal,
): Promise<string | undefined> {
  const requested = parseUrn(params.function_urn);
  if (requested === undefined) return undefined;
  const { project_id } = params;
  const { functions } = (
    await client.call('listFunctions', { params: { project_id }, query: { maxitems: PAGE }, signal })
  ).data;
  const elsewhere = functions.find(({ func_name }) => func_name === requested.name);
  if (elsewhere !== undefined) return `it is in another package: --package ${elsewhere.package}`;
  const names = functions.filter((each) => each.package === requested.package).map(({ func_name }) => func_name);
  const near = suggest(requested.name, names);
  return near === undefined
    ? 'fgs functions list shows the names'
    : `did you mean ${near}? All of them: fgs functions list`;
}

async function nearestQualifier(
  client: Client,
  params: FunctionParams,
  signal: AbortSignal,
): Promise<string | undefined> {
  const urn = parseUrn(params.function_urn);
  if (urn?.qualifier === undefined) return undefined;
  const { name: requested } = urn.qualifier;
  const whole = wholeFunction(params);
  const [versions, aliases] = await Promise.all([
    client.call('listFunctionVersions', { params: whole, signal }),
    client.call('listVersionAliases', { params: whole, signal }),
  ]);
  const names = [
    ...versions.data.versions.map(({ version }) => version),
    ...aliases.data.map(({ name }) => `!${name}`),
  ];
  const other = urn.qualifier.kind === 'alias' ? requested : `!${requested}`;
  const near = names.includes(other)
    ? other
    : suggest(urn.qualifier.kind === 'alias' ? `!${requested}` : requested, names);
  return `${near === undefined ? '' : `did you mean ${quoted(near)}? `}There are: ${names.map(quoted).join(', ')}`;
}

/** Invocations answer FSS.0404 for a missing function, and other operations for anything else. */
async function nearestOfAnyMissing(
  client: Client,
  params: FunctionParams,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (params.function_urn === undefined) return undefined;
  try {
    await client.call('showFunctionConfig', { params: wholeFunction(params), signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'FSS.1051') throw error;
    return nearestFunction(client, params, signal);
  }
}

/** What is called nearly like the missing function, version or alias; undefined when the server does not say. */
async function nearest(
  client: Client,
  params: FunctionParams,
  error: ApiError,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    if (error.code === 'FSS.1051') return await nearestFunction(client, params, signal);
    if (error.code === 'FSS.0404') return await nearestOfAnyMissing(client, params, signal);
    return await nearestQualifier(client, params, signal);
  } catch (failure) {
    // the caller may run functions that it may not list
    if (failure instanceof ApiError) return undefined;
    throw failure;
  }
}

const MISSING = new Set(['FSS.0404', 'FSS.1051', 'FSS.1052', 'FSS.1053']);

/** The error itself, or for a missing function, version or alias the same with the nearest existing names as hint. */
export async function explained(
  error: unknown,
  client: Client,
  params: FunctionParams,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof ApiError) || error.status !== 404 || !MISSING.has(error.code)) return error;
  const hint = await nearest(client, params, error, signal);
  const { message, code, status, requestId } = error;
  return hint === undefined ? error : new ApiError(message, { code, status, requestId, hint, cause: error });
}

/** The same for a stream of results. */
export async function* explainedItems<T>(
  items: AsyncIterable<T>,
  client: Client,
  params: FunctionParams,
  signal: AbortSignal,
): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw await explained(error, client, params, signal);
  }
}
