import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';

/** What an active trigger starts. */
export type TriggerTarget =
  | {
      readonly id: string;
      readonly kind: 'function';
      readonly projectId: string;
      readonly package: string;
      readonly name: string;
      /** `latest`, a version, or `!alias`. */
      readonly qualifier: string;
    }
  | { readonly id: string; readonly kind: 'flow'; readonly projectId: string; readonly name: string };

/** Triggers of functions and flows that listen to topics. */
export class TriggerTargetStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of functions after an id, in the order of ids. */
  async functionsAfter(source: string, after: string, limit: number): Promise<TriggerTarget[]> {
    const rows = await this.#functions()
      .where('source', '=', source)
      .where('function_trigger.id', '>', after)
      .orderBy('function_trigger.id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, kind: 'function' as const }));
  }

  /** Those of flows after an id, in the order of ids. */
  async flowsAfter(source: string, after: string, limit: number): Promise<TriggerTarget[]> {
    const rows = await this.#flows()
      .where('source', '=', source)
      .where('flow_trigger.id', '>', after)
      .orderBy('flow_trigger.id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, kind: 'flow' as const }));
  }

  /** Undefined for one that listens to the source no more. */
  async find(source: string, id: string): Promise<TriggerTarget | undefined> {
    const fn = await this.#functions()
      .where('source', '=', source)
      .where('function_trigger.id', '=', id)
      .executeTakeFirst();
    if (fn !== undefined) return { ...fn, kind: 'function' };
    const flow = await this.#flows().where('source', '=', source).where('flow_trigger.id', '=', id).executeTakeFirst();
    return flow === undefined ? undefined : { ...flow, kind: 'flow' };
  }

  #functions() {
    return this.#db
      .selectFrom('function_trigger')
      .innerJoin('function', 'function.id', 'function_trigger.function_id')
      .where('active', '=', 1)
      .select([
        'function_trigger.id',
        'function_trigger.qualifier',
        'function.project_id as projectId',
        'function.package',
        'function.name',
      ]);
  }

  #flows() {
    return this.#db
      .selectFrom('flow_trigger')
      .innerJoin('flow', 'flow.id', 'flow_trigger.flow_id')
      .select(['flow_trigger.id', 'flow.project_id as projectId', 'flow.name']);
  }
}
