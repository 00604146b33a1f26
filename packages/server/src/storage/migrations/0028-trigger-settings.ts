import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Before {
  function_trigger: { id: string; kind: string; settings: string };
}

/** The form of the API before this step, as far as it was stored. */
interface EventData {
  readonly name: string;
  readonly schedule_type?: string;
  readonly schedule?: string;
  readonly user_event?: string;
  readonly type?: number;
  readonly path?: string;
  readonly protocol?: string;
  readonly req_method?: string;
  readonly group_id?: string;
  readonly group_name?: string;
  readonly match_mode?: string;
  readonly env_name?: string;
  readonly env_id?: string;
  readonly auth?: string;
  readonly func_info?: { readonly timeout: number; readonly invocation_type: string };
  readonly instance_id?: string;
}

/** Settings of triggers were stored in the form of the API, and are stored under the names of the program from here on. */
export const triggerSettings0028: Migration = {
  async up(migrated: Kysely<unknown>): Promise<void> {
    const db = migrated as Kysely<Before>;
    for (const { id, kind, settings } of await db.selectFrom('function_trigger').selectAll().execute()) {
      const data = JSON.parse(settings) as EventData;
      const changed = JSON.stringify(kind === 'TIMER' ? timer(data) : gateway(data));
      await db.updateTable('function_trigger').set({ settings: changed }).where('id', '=', id).execute();
    }
  },
};

function timer({ name, schedule_type, schedule, user_event }: EventData): object {
  return { name, scheduleType: schedule_type, scheduleText: schedule, userEvent: user_event };
}

function gateway(data: EventData): object {
  return {
    name: data.name,
    visibility: data.type,
    path: data.path,
    protocol: data.protocol,
    method: data.req_method,
    groupId: data.group_id,
    groupName: data.group_name,
    matchMode: data.match_mode,
    envName: data.env_name,
    envId: data.env_id,
    auth: data.auth,
    timeoutMs: data.func_info?.timeout,
    async: data.func_info?.invocation_type === 'async',
    instanceId: data.instance_id,
  };
}
