import type { CompiledQuery } from 'kysely';
import type { MessageTable, Storage } from '../storage/index.ts';
import { type SummaryRow, summaryColumns } from './row.ts';

type DeadRow = SummaryRow & Pick<MessageTable, 'position' | 'settled_at' | 'redriven_as'>;
type FullDeadRow = DeadRow & Pick<MessageTable, 'payload'>;

export interface OpenLetters {
  readonly topics: readonly string[];
  readonly group?: string;
  readonly groupPrefix?: string;
  readonly before: number | undefined;
  readonly limit: number;
}

const columns = [...summaryColumns, 'position', 'settled_at', 'redriven_as'] as const;

/** The statements of dead letters. A letter is open until it is redriven or deleted. */
export class DeadLetterStore {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Newest first. */
  open({ topics, group, groupPrefix, before, limit }: OpenLetters): Promise<DeadRow[]> {
    return this.#storage.db
      .selectFrom('message')
      .select(columns)
      .where('state', '=', 'dead')
      .where('settled_at', 'is', null)
      .where('topic', 'in', [...topics])
      .$if(group !== undefined, (query) => query.where('group_key', '=', group ?? ''))
      .$if(groupPrefix !== undefined, (query) =>
        query.where('group_key', '>=', groupPrefix ?? '').where('group_key', '<', `${groupPrefix}\u{10ffff}`),
      )
      .$if(before !== undefined, (query) => query.where('position', '<', before ?? 0))
      .orderBy('position', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
  }

  get(id: string): Promise<FullDeadRow | undefined> {
    return this.#storage.db
      .selectFrom('message')
      .select([...columns, 'payload'])
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .executeTakeFirst();
  }

  /** Changes a row only if the letter is open. */
  settleQuery(id: string, now: number, redrivenAs: string | null): CompiledQuery {
    return this.#storage.db
      .updateTable('message')
      .set({ settled_at: now, redriven_as: redrivenAs, payload: null })
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .where('settled_at', 'is', null)
      .returning('id')
      .compile();
  }

  async settle(id: string, now: number): Promise<boolean> {
    const { rows } = await this.#storage.db.executeQuery(this.settleQuery(id, now, null));
    return rows.length === 1;
  }

  /** Number of open letters by group. */
  counts(topics: readonly string[]): Promise<Array<{ group: string; count: number }>> {
    return this.#storage.db
      .selectFrom('message')
      .select((eb) => ['group_key as group', eb.fn.countAll<number>().as('count')])
      .where('state', '=', 'dead')
      .where('settled_at', 'is', null)
      .where('topic', 'in', [...topics])
      .groupBy('group_key')
      .execute();
  }

  /** Open letters and their bytes, by group; of one owner or of all. */
  async usage(
    topics: readonly string[],
    owner?: string,
  ): Promise<Array<{ group: string; messages: number; bytes: number }>> {
    const rows = await this.#storage.db
      .selectFrom('message')
      .select((eb) => [
        'group_key as group',
        eb.fn.countAll<number>().as('messages'),
        eb.fn.sum<number | string>('bytes').as('bytes'),
      ])
      .where('state', '=', 'dead')
      .where('settled_at', 'is', null)
      .where('topic', 'in', [...topics])
      .$if(owner !== undefined, (query) =>
        query.where('group_key', '>=', `${owner}:`).where('group_key', '<', `${owner}:\u{10ffff}`),
      )
      .groupBy('group_key')
      .execute();
    return rows.map(({ group, messages, bytes }) => ({ group, messages, bytes: Number(bytes) }));
  }

  async settleOldest(topics: readonly string[], group: string, count: number, now: number): Promise<number> {
    const result = await this.#storage.db
      .updateTable('message')
      .set({ settled_at: now, payload: null })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('message')
          .select('id')
          .where('state', '=', 'dead')
          .where('settled_at', 'is', null)
          .where('topic', 'in', [...topics])
          .where('group_key', '=', group)
          .orderBy('position')
          .limit(count),
      )
      .where('state', '=', 'dead')
      .where('settled_at', 'is', null)
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  }
}
