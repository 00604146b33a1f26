import { type Kysely, sql } from 'kysely';
import type { AtomicStatement, Schema } from '../../storage/index.ts';
import type { ProjectBacklog } from '../backlog.ts';
import type { MessageContent, PublishedMessage } from './types.ts';

/** A message that has not reached all subscriptions yet. */
export interface WaitingMessage extends PublishedMessage {
  /** The position after the last target with a delivery; empty before the first. */
  readonly cursor: string;
  readonly topicName: string;
}

type Row = Schema['topic_message'];

/** Messages until all their deliveries have ended. */
export class MessageStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Affects no row when the topic does not exist any more. */
  add(message: PublishedMessage, body: string): AtomicStatement {
    const { id, topicId, projectId, publishedAt, expiresAt, depth } = message;
    const query = sql`insert into topic_message (id, topic_id, project_id, body, bytes, published_at, expires_at, depth,
        cursor, fanned_out, open)
      select cast(${id} as text), topic.id, cast(${projectId} as text), cast(${body} as text),
        cast(${Buffer.byteLength(body)} as bigint), cast(${publishedAt} as bigint), cast(${expiresAt} as bigint),
        cast(${depth} as integer), '', 0, 0
      from topic where topic.id = ${topicId}`.compile(this.#db);
    return { query, mustAffect: true };
  }

  /** Those without a delivery for each target yet, oldest first. */
  async waiting(limit: number, without: readonly string[]): Promise<WaitingMessage[]> {
    const rows = await this.#db
      .selectFrom('topic_message')
      .innerJoin('topic', 'topic.id', 'topic_message.topic_id')
      .selectAll('topic_message')
      .select('topic.name as topic_name')
      .where('fanned_out', '=', 0)
      .$if(without.length > 0, (query) => query.where('topic_message.project_id', 'not in', [...without]))
      .orderBy('published_at')
      .orderBy('topic_message.id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...toMessage(row), cursor: row.cursor, topicName: row.topic_name }));
  }

  async find(id: string): Promise<PublishedMessage | undefined> {
    const row = await this.#db.selectFrom('topic_message').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toMessage(row);
  }

  /**
   * Notes deliveries that the same step enqueues, up to the position `to`; refused when another server did so before. The
   * last ones end the fan-out, and without open deliveries the message.
   */
  advance(
    { id, cursor }: WaitingMessage,
    { to, deliveries, isLast }: { readonly to: string; readonly deliveries: number; readonly isLast: boolean },
  ): readonly AtomicStatement[] {
    const query = this.#db
      .updateTable('topic_message')
      .set((eb) => ({ cursor: to, open: eb('open', '+', deliveries), fanned_out: isLast ? 1 : 0 }))
      .where('id', '=', id)
      .where('cursor', '=', cursor)
      .where('fanned_out', '=', 0)
      .compile();
    return [{ query, mustAffect: true }, ...(isLast ? [this.#removeEnded(id)] : [])];
  }

  /** Notes the end of a delivery; the last one removes the message. */
  ended(id: string): readonly AtomicStatement[] {
    const query = this.#db
      .updateTable('topic_message')
      .set((eb) => ({ open: eb('open', '-', 1) }))
      .where('id', '=', id)
      .compile();
    return [{ query }, this.#removeEnded(id)];
  }

  async usage(): Promise<ProjectBacklog[]> {
    const rows = await this.#db
      .selectFrom('topic_message')
      .select(({ fn }) => [
        'project_id',
        fn.countAll<number>().as('entries'),
        fn.sum<number | string>('bytes').as('bytes'),
      ])
      .groupBy('project_id')
      .execute();
    return rows.map((row) => ({
      projectId: row.project_id,
      entries: Number(row.entries),
      bytes: Number(row.bytes),
    }));
  }

  #removeEnded(id: string): AtomicStatement {
    const query = this.#db
      .deleteFrom('topic_message')
      .where('id', '=', id)
      .where('fanned_out', '=', 1)
      .where('open', '<=', 0)
      .compile();
    return { query };
  }
}

function toMessage(row: Row): PublishedMessage {
  return {
    id: row.id,
    topicId: row.topic_id,
    projectId: row.project_id,
    content: JSON.parse(row.body) as MessageContent,
    publishedAt: Number(row.published_at),
    expiresAt: Number(row.expires_at),
    depth: row.depth,
  };
}
