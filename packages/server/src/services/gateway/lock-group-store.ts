import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';

/** Other changes of the group wait until the end of the transaction. False when the group does not exist. */
export async function lockGroup(tx: Kysely<Schema>, groupId: string): Promise<boolean> {
  const locked = await tx
    .updateTable('gateway_group')
    .set(({ ref }) => ({ last_release: ref('last_release') }))
    .where('id', '=', groupId)
    .executeTakeFirst();
  return Number(locked.numUpdatedRows) === 1;
}
