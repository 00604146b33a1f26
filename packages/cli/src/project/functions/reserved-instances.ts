import type { Project } from '../file/read-project.ts';
import type { ReservedEntry } from '../file/schema.ts';
import type { Path } from '../file/schema-faults.ts';
import type { Actual, Desired } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { perhaps, type Reach } from '../services/reach.ts';

interface Owner {
  /** `hello/live` for calls through an alias, `hello/latest` for the others. */
  readonly name: string;
  readonly path: Path;
}

/** A time of a day without an offset is that of UTC: the file means the same on every machine. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$/;
export const END_OF_TIME = '2100-01-01';

/** How many instances of a function are always ready. */
export function reservedOf(entry: ReservedEntry, { name, path }: Owner, { fault }: Project): Desired {
  const secondsOf = (schedule: string, key: 'from' | 'until', text: string): number => {
    const ms = TIME.test(text) ? Date.parse(/^[^T]*$|Z$|[+-]\d{2}:\d{2}$/.test(text) ? text : `${text}Z`) : Number.NaN;
    if (Number.isNaN(ms)) throw fault([...path, 'schedules', schedule, key], 'is no time', 'such as 2027-01-31T08:00Z');
    return ms / 1000;
  };
  const cron_configs = Object.entries(entry.schedules ?? {}).map(([schedule, { count, cron, from, until }]) => ({
    ...{ name: schedule, cron, count },
    start_time: secondsOf(schedule, 'from', from ?? '1970-01-01'),
    expired_time: secondsOf(schedule, 'until', until ?? END_OF_TIME),
  }));
  const metric_configs = Object.entries(entry.by_load ?? {}).map(([policy, { percent, min }]) => ({
    ...{ name: policy, type: 'Concurrency', threshold: percent, min },
  }));
  const fields = {
    count: entry.count ?? 0,
    idle: entry.idle ?? false,
    schedules: cron_configs.sort(byName),
    by_load: metric_configs.sort(byName),
  };
  return { kind: 'reserved', name, fields, notes: {}, path };
}

const byName = (a: { readonly name: string }, b: typeof a): number => (a.name < b.name ? -1 : 1);

const PAGE = 100;

export function reservedDriver({ connection, signal }: Reach): Driver {
  const { client, credentials } = connection;
  const paramsOf = (fn: string, qualifier?: string) => connection.functionParams(fn, 'default', qualifier);

  async function found(fn: string): Promise<Actual[]> {
    const { function_urn } = paramsOf(fn);
    const all: Actual[] = [];
    for (;;) {
      const query = { function_urn, marker: String(all.length), limit: String(PAGE) };
      const params = { project_id: credentials.projectId };
      const page = await perhaps(client.call('listReservedInstanceConfigs', { params, query, signal }));
      const some = page?.reserved_instances ?? [];
      for (const { qualifier_name, min_count, idle_mode, tactics_config } of some) {
        const fields = {
          count: min_count,
          idle: idle_mode,
          schedules: [...tactics_config.cron_configs].sort(byName),
          by_load: [...tactics_config.metric_configs].sort(byName),
        };
        const name = `${fn}/${qualifier_name}`;
        all.push({ kind: 'reserved', name, id: name, fields });
      }
      if (some.length < PAGE) return all;
    }
  }

  async function put(name: string, body: object): Promise<string> {
    const [fn = '', qualifier = 'latest'] = name.split('/');
    const params = paramsOf(fn, qualifier === 'latest' ? undefined : `!${qualifier}`);
    await client.call('updateFunctionReservedInstancesCount', { params, body, signal } as never);
    return name;
  }
  const bodyOf = ({ fields }: Desired) => ({
    count: fields.count,
    idle_mode: fields.idle,
    tactics_config: { cron_configs: fields.schedules, metric_configs: fields.by_load },
  });

  return {
    async find(names) {
      const all: Actual[] = [];
      for (const fn of new Set(names.map((name) => name.split('/')[0] ?? name))) all.push(...(await found(fn)));
      return all.filter(({ name }) => names.includes(name));
    },
    create: (desired) => put(desired.name, bodyOf(desired)),
    update: async (desired) => void (await put(desired.name, bodyOf(desired))),
    remove: async ({ name }) => void (await put(name, { count: 0 })),
  };
}
