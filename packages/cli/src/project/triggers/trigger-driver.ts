import { ApiError } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import type { SecretValues } from '../functions/secret-values.ts';
import type { Actual, Change, Desired, Fields } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';

type Body = Parameters<Connection['client']['call']>[1];

interface Reach {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /** Passwords of triggers of brokers, by name of the resource. */
  secretsOf(name: string): SecretValues;
}

/** Triggers over the API. Their names are those in their settings, behind that of the function. */
export function triggerDriver({ connection, signal, secretsOf }: Reach): Driver {
  const { client } = connection;
  const partsOf = (name: string): [fn: string, trigger: string] => {
    const at = name.indexOf('/');
    return [name.slice(0, at), name.slice(at + 1)];
  };
  const paramsOf = (name: string, qualifier?: string) =>
    connection.functionParams(partsOf(name)[0], 'default', qualifier === 'latest' ? undefined : qualifier);
  const identity = ({ name, id, fields }: Actual) => ({
    ...paramsOf(name),
    trigger_type_code: String(fields.type),
    trigger_id: id,
  });

  async function listed(fn: string): Promise<Actual[]> {
    try {
      const params = connection.functionParams(fn, 'default');
      const { data } = await client.call('listFunctionTriggers', { params, signal });
      return data.map(({ trigger_id, trigger_type_code, trigger_status, func_urn, event_data }) => ({
        kind: 'trigger' as const,
        name: `${fn}/${String(event_data.name)}`,
        id: trigger_id,
        fields: {
          type: trigger_type_code,
          target: func_urn.split(':')[7] ?? 'latest',
          enabled: trigger_status === 'ACTIVE',
          settings: event_data,
        },
      }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }

  return {
    async find(names) {
      const found: Actual[] = [];
      for (const fn of new Set(names.map((name) => partsOf(name)[0]))) found.push(...(await listed(fn)));
      return found.filter(({ name }) => names.includes(name));
    },

    async create({ name, fields, hidden }: Desired) {
      const body = {
        trigger_type_code: String(fields.type),
        event_data: { ...(fields.settings as Fields | undefined), ...hidden, ...secretsOf(name) },
        ...(fields.enabled ? {} : { trigger_status: 'DISABLED' as const }),
      };
      const requested = { params: paramsOf(name, String(fields.target)), body, signal } as Body;
      const { data } = await client.call('createFunctionTrigger', requested as never);
      return (data as { trigger_id: string }).trigger_id;
    },

    async update({ name, fields, hidden }: Desired, actual: Actual, changes: readonly Change[]) {
      const isStatus = changes.some(({ field }) => field === 'enabled');
      const hasSettings = changes.some(({ field }) => field !== 'enabled');
      const body = {
        ...(isStatus ? { trigger_status: fields.enabled ? 'ACTIVE' : 'DISABLED' } : {}),
        ...(hasSettings
          ? { event_data: { ...(fields.settings as Fields | undefined), ...hidden, ...secretsOf(name) } }
          : {}),
      };
      await client.call('updateTrigger', { params: identity(actual), body, signal } as never);
    },

    async remove(actual: Actual) {
      await client.call('deleteFunctionTrigger', { params: identity(actual), signal });
    },
  };
}
