import type { Storage } from '../../storage/index.ts';

/** Makes a flow with a trigger that listens to the source, so that facts of it are stored. */
export async function listenTo({ db }: Storage, source: string): Promise<void> {
  await db.insertInto('flow_definition').values({ digest: 'd', body: '{}', unused_since: null }).execute();
  const saved = { created_by: 'ann', saved_by_kind: 'user', saved_by_id: 'u1', created_at: 1, modified_at: 1 } as const;
  const plain = {
    description: '',
    mode: 'NORMAL',
    stream: 0,
    enterprise_project_id: '0',
    definition: 'd',
    triggers_made: 1,
  } as const;
  await db
    .insertInto('flow')
    .values({ id: 'f1', project_id: 'p1', name: 'flow', ...plain, ...saved })
    .execute();
  const trigger = { flow_id: 'f1', kind: 'OBS', name: 't', settings: '{}', since: 0, modified_at: 0 } as const;
  await db
    .insertInto('flow_trigger')
    .values({ ...trigger, id: 't1', source })
    .execute();
}
