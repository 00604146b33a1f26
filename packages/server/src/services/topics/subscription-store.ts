import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { FilterPolicy, Protocol, Subscription } from './types.ts';

/** Of one topic, or of all topics of a project. */
export type SubscriptionScope = { readonly topicId: string } | { readonly projectId: string };

export interface SubscriptionQuota {
  readonly ofTopic: number;
  readonly ofProject: number;
}

/** Rows of subscriptions, which go with their topic; no rules but uniqueness and the quotas. */
export class SubscriptionStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async find(id: string): Promise<Subscription | undefined> {
    const row = await this.#rows().where('topic_subscription.id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toSubscription(row);
  }

  async findByEndpoint(topicId: string, protocol: Protocol, endpoint: string): Promise<Subscription | undefined> {
    const row = await this.#rows()
      .where('topic_id', '=', topicId)
      .where('protocol', '=', protocol)
      .where('endpoint', '=', endpoint)
      .executeTakeFirst();
    return row === undefined ? undefined : toSubscription(row);
  }

  /** Oldest first. */
  async list(
    scope: SubscriptionScope,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<Subscription[]> {
    const rows = await this.#rows()
      .$if('topicId' in scope, (query) => query.where('topic_id', '=', 'topicId' in scope ? scope.topicId : ''))
      .$if('projectId' in scope, (query) =>
        query.where('topic_subscription.project_id', '=', 'projectId' in scope ? scope.projectId : ''),
      )
      .orderBy('topic_subscription.created_at')
      .orderBy('topic_subscription.id')
      .offset(page.offset)
      .limit(page.limit)
      .execute();
    return rows.map(toSubscription);
  }

  async count(scope: SubscriptionScope): Promise<number> {
    return countOf(this.#db, scope);
  }

  /** Confirmed ones of a topic after an id, in the order of ids. */
  async nextOf(topicId: string, after: string, limit: number): Promise<Subscription[]> {
    const rows = await this.#rows()
      .where('topic_id', '=', topicId)
      .where('topic_subscription.id', '>', after)
      .where('confirmed', '=', 1)
      .orderBy('topic_subscription.id')
      .limit(limit)
      .execute();
    return rows.map(toSubscription);
  }

  async insert(subscription: Subscription, most: SubscriptionQuota): Promise<'added' | 'exists' | 'quota'> {
    const { id, topicId, projectId, protocol, endpoint, remark, confirmed, createdAt, requestedAt } = subscription;
    try {
      return await this.#db.transaction().execute(async (tx) => {
        if ((await countOf(tx, { topicId })) >= most.ofTopic) return 'quota';
        if ((await countOf(tx, { projectId })) >= most.ofProject) return 'quota';
        const values = {
          id,
          topic_id: topicId,
          project_id: projectId,
          protocol,
          endpoint,
          remark,
          confirmed: confirmed ? 1 : 0,
          filter: null,
          created_at: createdAt,
          requested_at: requestedAt,
        };
        await tx.insertInto('topic_subscription').values(values).execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  async setRemark(id: string, remark: string): Promise<void> {
    await this.#db.updateTable('topic_subscription').set({ remark }).where('id', '=', id).execute();
  }

  async setFilter(id: string, filter: readonly FilterPolicy[]): Promise<void> {
    const text = filter.length === 0 ? null : JSON.stringify(filter);
    await this.#db.updateTable('topic_subscription').set({ filter: text }).where('id', '=', id).execute();
  }

  /** False when the confirmation was requested anew, or the subscription removed. */
  async confirm({ id, requestedAt }: Subscription): Promise<boolean> {
    const result = await this.#db
      .updateTable('topic_subscription')
      .set({ confirmed: 1 })
      .where('id', '=', id)
      .where('requested_at', '=', requestedAt)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  /** False when it was confirmed, requested or removed meanwhile. */
  async requestAnew({ id, requestedAt }: Subscription, now: number): Promise<boolean> {
    const result = await this.#db
      .updateTable('topic_subscription')
      .set({ requested_at: now })
      .where('id', '=', id)
      .where('requested_at', '=', requestedAt)
      .where('confirmed', '=', 0)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  async remove(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('topic_subscription').where('id', '=', id).executeTakeFirst();
    return Number(result.numDeletedRows) === 1;
  }

  /** Removes those that were requested before and not confirmed. */
  async removeUnconfirmed(before: number): Promise<void> {
    await this.#db
      .deleteFrom('topic_subscription')
      .where('confirmed', '=', 0)
      .where('requested_at', '<', before)
      .execute();
  }

  #rows() {
    return this.#db
      .selectFrom('topic_subscription')
      .innerJoin('topic', 'topic.id', 'topic_subscription.topic_id')
      .selectAll('topic_subscription')
      .select('topic.name as topic_name');
  }
}

async function countOf(db: Kysely<Schema>, scope: SubscriptionScope): Promise<number> {
  const { count } = await db
    .selectFrom('topic_subscription')
    .$if('topicId' in scope, (query) => query.where('topic_id', '=', 'topicId' in scope ? scope.topicId : ''))
    .$if('projectId' in scope, (query) => query.where('project_id', '=', 'projectId' in scope ? scope.projectId : ''))
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function toSubscription(row: Schema['topic_subscription'] & { readonly topic_name: string }): Subscription {
  return {
    id: row.id,
    topicId: row.topic_id,
    topicName: row.topic_name,
    projectId: row.project_id,
    protocol: row.protocol as Protocol,
    endpoint: row.endpoint,
    remark: row.remark,
    confirmed: row.confirmed === 1,
    filter: row.filter === null ? [] : (JSON.parse(row.filter) as FilterPolicy[]),
    createdAt: Number(row.created_at),
    requestedAt: Number(row.requested_at),
  };
}
