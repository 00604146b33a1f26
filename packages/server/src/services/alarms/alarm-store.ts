import type { Kysely } from 'kysely';
import { type AtomicStatement, isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { AlarmState } from '../../telemetry/index.ts';
import { type AlarmRow, fromSettings, fromTarget, toChange, toFunctionTarget, toRule } from './alarm-row.ts';
import type { AlarmChange, AlarmRule, FunctionAlarmTarget, NamedAlarmTarget } from './types.ts';

export interface AlarmPage {
  /** Rules with later names only. */
  readonly after: string;
  readonly limit: number;
  readonly state?: AlarmState | undefined;
  /** Rules about exactly this only. */
  readonly target?: NamedAlarmTarget | undefined;
}

/** A function, or one of its versions or aliases, that rules measure. */
export interface MeasuredFunction {
  readonly projectId: string;
  readonly target: FunctionAlarmTarget;
  /** Minutes of the longest period, and the largest number of periods. */
  readonly period: number;
  readonly periods: number;
}

/** Changes that are stored of a rule. */
const MOST_CHANGES = 100;

/** Rules of alarms and changes of their state; no rules but uniqueness and the quota, which only a transaction can hold. */
export class AlarmStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async find(projectId: string, name: string): Promise<AlarmRule | undefined> {
    const row = await this.#rules()
      .where('alarm_rule.project_id', '=', projectId)
      .where('alarm_rule.name', '=', name)
      .executeTakeFirst();
    return row === undefined ? undefined : toRule(row);
  }

  /** By name. */
  async list(projectId: string, { after, limit, state, target }: AlarmPage): Promise<AlarmRule[]> {
    const rows = await this.#about(target)
      .where('alarm_rule.project_id', '=', projectId)
      .where('alarm_rule.name', '>', after)
      .$if(state !== undefined, (query) => query.where('alarm_rule.state', '=', state ?? ''))
      .orderBy('alarm_rule.name')
      .limit(limit)
      .execute();
    return rows.map(toRule);
  }

  count(projectId: string): Promise<number> {
    return countOf(this.#db, projectId);
  }

  async insert(rule: AlarmRule, most: number): Promise<'added' | 'exists' | 'quota'> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        if ((await countOf(tx, rule.projectId)) >= most) return 'quota';
        const values = {
          ...{ id: rule.id, project_id: rule.projectId, name: rule.name },
          ...fromTarget(rule.target),
          ...fromSettings(rule),
          set_by: rule.setBy === undefined ? null : JSON.stringify(rule.setBy),
          ...{ state: rule.state, state_since: rule.stateSince, value: rule.value ?? null, noticed: rule.noticed },
          ...{ changes: rule.changes, judged_to: rule.judgedTo },
          ...{ created_at: rule.createdAt, modified_at: rule.modifiedAt },
        };
        await tx.insertInto('alarm_rule').values(values).execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** Stores settings; the state stays. False when the rule does not exist any more. */
  async update(rule: AlarmRule, judgedTo: number | undefined): Promise<boolean> {
    const result = await this.#db
      .updateTable('alarm_rule')
      .set({
        ...fromSettings(rule),
        set_by: rule.setBy === undefined ? null : JSON.stringify(rule.setBy),
        modified_at: rule.modifiedAt,
        ...(judgedTo === undefined ? {} : { judged_to: judgedTo }),
      })
      .where('id', '=', rule.id)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  /** With its changes. */
  async remove(projectId: string, name: string): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('alarm_rule')
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .executeTakeFirst();
    return Number(result.numDeletedRows) === 1;
  }

  /** The latest first. */
  async changes(ruleId: string): Promise<AlarmChange[]> {
    const rows = await this.#db
      .selectFrom('alarm_change')
      .selectAll()
      .where('rule_id', '=', ruleId)
      .orderBy('number', 'desc')
      .limit(MOST_CHANGES)
      .execute();
    return rows.map(toChange);
  }

  /** Enabled rules of all projects with one of these periods, by id. */
  async enabled(periods: readonly number[], after: string, limit: number): Promise<AlarmRule[]> {
    const rows = await this.#rules()
      .where('alarm_rule.enabled', '=', 1)
      .where('alarm_rule.period', 'in', [...periods])
      .where('alarm_rule.id', '>', after)
      .orderBy('alarm_rule.id')
      .limit(limit)
      .execute();
    return rows.map(toRule);
  }

  /** What enabled rules about functions measure, with the longest period and number of periods of each. */
  async measuredFunctions(): Promise<Array<MeasuredFunction>> {
    const rows = await this.#db
      .selectFrom('alarm_rule')
      .innerJoin('function', 'function.id', 'alarm_rule.function_id')
      .where('alarm_rule.enabled', '=', 1)
      .groupBy(['alarm_rule.function_id', 'alarm_rule.version', 'alarm_rule.alias'])
      .groupBy(['alarm_rule.project_id', 'function.package', 'function.name'])
      .select(({ fn }) => [
        ...(['alarm_rule.project_id', 'function.package', 'function.name as function_name'] as const),
        ...(['alarm_rule.function_id', 'alarm_rule.version', 'alarm_rule.alias'] as const),
        fn.max('alarm_rule.period').as('period'),
        fn.max('alarm_rule.periods').as('periods'),
      ])
      .execute();
    return rows.map((row) => ({
      projectId: row.project_id,
      target: toFunctionTarget(row),
      period: Number(row.period),
      periods: Number(row.periods),
    }));
  }

  /** Notes the next change of a rule; refused when its settings or its state have changed since it was read. */
  change(rule: AlarmRule, change: AlarmChange, noticed: AlarmState): readonly AtomicStatement[] {
    const { number, at, previous, state, value = null, notices } = change;
    const update = this.#db
      .updateTable('alarm_rule')
      .set({ state, state_since: at, value, noticed, changes: number, judged_to: at })
      .where('id', '=', rule.id)
      .where('enabled', '=', 1)
      .where('changes', '=', rule.changes)
      .where('modified_at', '=', rule.modifiedAt);
    const insert = this.#db
      .insertInto('alarm_change')
      .values({ rule_id: rule.id, number, at, previous, state, value, notices: JSON.stringify(notices) })
      // the statement before decides
      .onConflict((conflict) => conflict.doNothing());
    const trim = this.#db
      .deleteFrom('alarm_change')
      .where('rule_id', '=', rule.id)
      .where('number', '<=', number - MOST_CHANGES);
    return [
      { query: update.compile(), mustAffect: true },
      { query: insert.compile() },
      ...(number > MOST_CHANGES ? [{ query: trim.compile() }] : []),
    ];
  }

  /** Rules of all projects by state; those that are disabled as `disabled`. */
  async counts(): Promise<Record<AlarmState | 'disabled', number>> {
    const rows = await this.#db
      .selectFrom('alarm_rule')
      .select((eb) => ['enabled', 'state', eb.fn.countAll().as('count')])
      .groupBy(['enabled', 'state'])
      .execute();
    const counts = { ok: 0, alarm: 0, no_data: 0, disabled: 0 };
    for (const { enabled, state, count } of rows) {
      counts[enabled === 1 ? (state as AlarmState) : 'disabled'] += Number(count);
    }
    return counts;
  }

  /** Undefined before the first. */
  async judgedTo(): Promise<number | undefined> {
    const row = await this.#db.selectFrom('alarm_progress').select('judged_to').executeTakeFirst();
    return row === undefined ? undefined : Number(row.judged_to);
  }

  progress(judgedTo: number): AtomicStatement {
    const query = this.#db
      .insertInto('alarm_progress')
      .values({ id: 1, judged_to: judgedTo })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ judged_to: judgedTo }))
      .compile();
    return { query };
  }

  #about(target: NamedAlarmTarget | undefined) {
    const rules = this.#rules();
    if (target === undefined) return rules;
    if (target.kind === 'flow') return rules.where('flow.name', '=', target.name);
    const { version = null, alias = null } = target;
    return rules
      .where('function.package', '=', target.package)
      .where('function.name', '=', target.name)
      .where('alarm_rule.version', version === null ? 'is' : '=', version)
      .where('alarm_rule.alias', alias === null ? 'is' : '=', alias);
  }

  #rules() {
    return this.#db
      .selectFrom('alarm_rule')
      .leftJoin('function', 'function.id', 'alarm_rule.function_id')
      .leftJoin('flow', 'flow.id', 'alarm_rule.flow_id')
      .selectAll('alarm_rule')
      .select(['function.package', 'function.name as function_name', 'flow.name as flow_name'])
      .$castTo<AlarmRow>();
  }
}

async function countOf(db: Kysely<Schema>, projectId: string): Promise<number> {
  const { count } = await db
    .selectFrom('alarm_rule')
    .where('project_id', '=', projectId)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
