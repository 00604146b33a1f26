import { type Connection, type FunctionParams, findConfig } from '../../connection/index.ts';
import type { ExistingFunction } from '../../project/existing/describe-function.ts';
import { describeAlias, describeAsync, describeReserved } from '../../project/existing/describe-parts.ts';
import { describeTrigger } from '../../project/existing/describe-trigger.ts';
import type { AliasEntry, AsyncEntry, ReservedEntry, TriggerEntry } from '../../project/file/schema.ts';

const PAGE = 100;

/** Names of the functions of the package that project files make. */
export async function functionNames({ client, credentials }: Connection, signal: AbortSignal): Promise<string[]> {
  const params = { project_id: credentials.projectId };
  const names: string[] = [];
  for (let marker = 0; ; ) {
    const query = { marker: String(marker), maxitems: String(PAGE), package_name: 'default' };
    const { data } = await client.call('listFunctions', { params, query, signal });
    names.push(...data.functions.filter((one) => one.package === 'default').map(({ func_name }) => func_name));
    if (data.functions.length < PAGE) return names.sort();
    marker = data.next_marker;
  }
}

/** Reads a function with everything that belongs to it. `tell` gets what a project file cannot have. */
export async function readExisting(
  name: string,
  connection: Connection,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
): Promise<ExistingFunction | undefined> {
  const { client, functionParams } = connection;
  const params = functionParams(name, 'default');
  const config = await findConfig(client, params, signal);
  if (config === undefined) return undefined;
  const async = await asyncSettings(params, connection, signal);
  const reserved = await reservedInstances(params, connection, signal);
  const aliases: Record<string, AliasEntry> = {};
  for (const alias of (await client.call('listVersionAliases', { params, signal })).data) {
    const parts = { async: async.get(`!${alias.name}`), reserved: reserved.get(`!${alias.name}`) };
    aliases[alias.name] = describeAlias(alias, parts);
  }
  const triggers: Record<string, TriggerEntry> = {};
  for (const one of (await client.call('listFunctionTriggers', { params, signal })).data) {
    const { trigger_type_code: type, trigger_status, func_urn, event_data: settings } = one;
    const trigger = String(settings.name ?? '');
    const qualifier = func_urn.split(':')[7] ?? 'latest';
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(trigger) || (qualifier !== 'latest' && !qualifier.startsWith('!'))) {
      tell(`${name}: the trigger ${trigger || one.trigger_id} (${type}) is not in the file`);
      continue;
    }
    const alias = qualifier === 'latest' ? undefined : qualifier.slice(1);
    triggers[trigger] = describeTrigger(trigger, { type, settings, alias, enabled: trigger_status === 'ACTIVE' });
  }
  return { config, triggers, aliases, async: async.get('latest'), reserved: reserved.get('latest') };
}

/** By qualifier. Those of versions go with the versions, which are not part of a project file. */
async function asyncSettings(
  params: FunctionParams,
  { client }: Connection,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AsyncEntry>> {
  const query = { limit: '100' };
  const { data } = await client.call('listFunctionAsyncInvokeConfig', { params, query, signal });
  return new Map(data.async_invoke_configs.map((one) => [one.func_urn.split(':')[7] ?? 'latest', describeAsync(one)]));
}

async function reservedInstances(
  { function_urn }: FunctionParams,
  { client, credentials }: Connection,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReservedEntry>> {
  const params = { project_id: credentials.projectId };
  const query = { function_urn, marker: '0', limit: '100' };
  const { data } = await client.call('listReservedInstanceConfigs', { params, query, signal });
  return new Map(
    data.reserved_instances.map((one) => [
      one.qualifier_type === 'alias' ? `!${one.qualifier_name}` : one.qualifier_name,
      describeReserved(one),
    ]),
  );
}
