import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { isMissingReference } from '../../lib/missing-reference.ts';
import { type AtomicStatement, isGuard, isUniqueViolation, type Storage } from '../../storage/index.ts';
import { judge, type Values } from '../../telemetry/index.ts';
import type { AlarmStore } from './alarm-store.ts';
import { duePeriods, endsToJudge } from './due-periods.ts';
import type { AlarmMeasures } from './measures.ts';
import type { AlarmMessages } from './messages.ts';
import { noticeOf } from './notice.ts';
import type { AlarmChange, AlarmFigures, AlarmRule } from './types.ts';

const MINUTE_MS = 60_000;
/** Minutes are complete by then: metrics of flows are written every ten seconds, those of instances too. */
const SETTLE_MS = 20_000;
const AGAIN_MS = 5_000;
const PAGE = 1_000;

export interface EvaluatorOptions {
  readonly storage: Pick<Storage, 'atomic'>;
  readonly store: Pick<AlarmStore, 'enabled' | 'change' | 'judgedTo' | 'progress' | 'counts'>;
  readonly measures: AlarmMeasures;
  readonly messages: Pick<AlarmMessages, 'of'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The lease under which one server judges alarms. */
export interface EvaluatorLease {
  /** Undoes a step when another server has the lease. */
  readonly guard: AtomicStatement;
  /** A step was undone: the lease may be lost. */
  readonly onRefused: () => void;
}

interface JudgedPeriods {
  readonly ends: readonly number[];
  readonly values: Values;
  readonly lease: EvaluatorLease;
}

/**
 * Judges the periods of all rules that have ended, once a minute and a little after its end. Changes, their messages and
 * the time up to which all is judged are stored: after a restart, periods that ended meanwhile are judged.
 */
export class AlarmEvaluator {
  readonly #options: EvaluatorOptions;
  #lease: EvaluatorLease | undefined;
  #timer: Timer | undefined;
  #judgedTo: number | undefined;
  #working: Promise<void> = Promise.resolve();
  readonly #found = { changes: { ok: 0, alarm: 0, no_data: 0 }, failedNotices: 0, evaluationMs: 0 };

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  start(lease: EvaluatorLease): void {
    this.#lease = lease;
    this.#judgedTo = undefined;
    this.#evaluateIn(0);
  }

  async stop(): Promise<void> {
    this.#lease = undefined;
    this.#timer?.cancel();
    await this.#working;
  }

  async figures(): Promise<AlarmFigures> {
    return { ...this.#found, rules: await this.#options.store.counts() };
  }

  #evaluateIn(ms: number): void {
    this.#timer = this.#options.clock.after(ms, () => {
      this.#working = this.#evaluate();
    });
  }

  async #evaluate(): Promise<void> {
    const { clock, log } = this.#options;
    const lease = this.#lease;
    if (lease === undefined) return;
    const end = lastMinute(clock.now() - SETTLE_MS);
    const begin = clock.monotonic();
    let isDone = false;
    try {
      const known = await this.#options.measures.completeTo(end);
      isDone = (await this.#judgeTo(known, lease)) && known === end;
      this.#found.evaluationMs = clock.monotonic() - begin;
    } catch (error) {
      log.error({ err: error }, 'alarms could not be judged');
    }
    if (this.#lease !== lease) return;
    this.#evaluateIn(isDone ? Math.max(0, end + MINUTE_MS + SETTLE_MS - clock.now()) : AGAIN_MS);
  }

  /** False when a step was undone: the same periods are judged again. */
  async #judgeTo(end: number, lease: EvaluatorLease): Promise<boolean> {
    const { storage, store } = this.#options;
    this.#judgedTo ??= (await store.judgedTo()) ?? end - MINUTE_MS;
    if (this.#judgedTo >= end) return true;
    const periods = duePeriods(this.#judgedTo, end);
    let after: string | undefined = '';
    let isDone = true;
    let count = 0;
    while (after !== undefined) {
      const rules: AlarmRule[] = await store.enabled(periods, after, PAGE);
      count += rules.length;
      isDone = (await this.#judgePage(rules, end, lease)) && isDone;
      if (this.#lease !== lease) return false;
      after = rules.length < PAGE ? undefined : rules.at(-1)?.id;
    }
    if (!isDone) return false;
    // without rules, no start needs to know
    if (count > 0) await storage.atomic([lease.guard, store.progress(end)]);
    this.#judgedTo = end;
    return true;
  }

  async #judgePage(rules: readonly AlarmRule[], end: number, lease: EvaluatorLease): Promise<boolean> {
    const due = rules
      .map((rule) => ({ rule, ends: endsToJudge(rule, this.#judgedTo ?? end, end) }))
      .filter(({ ends }) => ends.length > 0);
    const values = await this.#options.measures.of(due.map(({ rule, ends }) => [rule, ends] as const));
    let isDone = true;
    for (const [at, { rule, ends }] of due.entries()) {
      isDone = (await this.#judgeAlone(rule, { ends, values: values[at] ?? [], lease })) && isDone;
    }
    return isDone;
  }

  /** A rule that cannot be judged keeps no other one from it. */
  async #judgeAlone(rule: AlarmRule, judged: JudgedPeriods): Promise<boolean> {
    try {
      return await this.#judgeRule(rule, judged);
    } catch (error) {
      const { projectId, name } = rule;
      this.#options.log.error({ err: error, projectId, alarm: name }, 'an alarm could not be judged');
      return false;
    }
  }

  async #judgeRule(rule: AlarmRule, { ends, values, lease }: JudgedPeriods): Promise<boolean> {
    let current = rule;
    for (const [at, end] of ends.entries()) {
      const window = values.slice(at, at + rule.condition.periods);
      const state = judge(rule.condition, window, current.state);
      if (state === current.state) continue;
      const change = { number: current.changes + 1, at: end, previous: current.state, state, value: window.at(-1) };
      const changed = await this.#change(current, change, lease);
      if (changed === undefined) return false;
      current = changed;
    }
    return true;
  }

  /** Undefined when the step was undone. */
  async #change(
    rule: AlarmRule,
    change: Omit<AlarmChange, 'notices'>,
    { guard, onRefused }: EvaluatorLease,
  ): Promise<AlarmRule | undefined> {
    const { storage, store, messages, log } = this.#options;
    const { sends, noticed } = noticeOf(rule, change.state);
    const { notices, statements, stored } = sends
      ? await messages.of(rule, change)
      : { notices: [], statements: [], stored: () => {} };
    try {
      await storage.atomic([guard, ...store.change(rule, { ...change, notices }, noticed), ...statements]);
    } catch (error) {
      // PostgreSQL may report the row of a change that another server has made, or of a deleted rule, before the guard
      if (!isGuard(error) && !isUniqueViolation(error) && !isMissingReference(error)) throw error;
      onRefused();
      return undefined;
    }
    stored();
    this.#found.changes[change.state] += 1;
    this.#found.failedNotices += notices.filter(({ error }) => error !== undefined).length;
    const { projectId, name } = rule;
    log.info(
      { projectId, alarm: name, state: change.state, previous: change.previous },
      'the state of an alarm changed',
    );
    return { ...rule, state: change.state, value: change.value, noticed, changes: change.number };
  }
}

function lastMinute(time: number): number {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS;
}
