import { randomBytes } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AlarmPage, AlarmStore } from './alarm-store.ts';
import { checkAlarmName, type RequestedAlarm, readAlarmSettings } from './read-settings.ts';
import type { AlarmChange, AlarmRule, AlarmSetter } from './types.ts';

const MINUTE_MS = 60_000;

/** Rules of alarms of projects. A change is durable when its promise resolves. */
export class Alarms {
  readonly #store: AlarmStore;
  readonly #clock: Clock;

  constructor(store: AlarmStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Throws `alarm_not_found`. */
  async find(projectId: string, name: string): Promise<AlarmRule> {
    const rule = await this.#store.find(projectId, name);
    if (rule === undefined) throw alarmNotFound(name);
    return rule;
  }

  count(projectId: string): Promise<number> {
    return this.#store.count(projectId);
  }

  /** By name. */
  list(projectId: string, page: AlarmPage): Promise<AlarmRule[]> {
    return this.#store.list(projectId, page);
  }

  /** A new rule has no data until its first period has ended. Throws `invalid_alarm`, `alarm_exists`, `alarm_quota`. */
  async create(
    { projectId, name, target }: Pick<AlarmRule, 'projectId' | 'name' | 'target'>,
    requested: RequestedAlarm,
    setBy: AlarmSetter | undefined,
  ): Promise<AlarmRule> {
    checkAlarmName(name);
    const settings = readAlarmSettings(requested, target);
    const now = this.#clock.now();
    const rule: AlarmRule = {
      ...settings,
      id: randomBytes(16).toString('hex'),
      ...{ projectId, name, target, setBy },
      state: 'no_data',
      stateSince: now,
      value: undefined,
      noticed: 'ok',
      changes: 0,
      judgedTo: startOfPeriod(now, settings.period),
      createdAt: now,
      modifiedAt: now,
    };
    const outcome = await this.#store.insert(rule, LIMITS.alarmsPerProject);
    if (outcome === 'added') return rule;
    if (outcome === 'exists') throw new PlatformError('alarm_exists', `the project has a rule ${name}`);
    throw new PlatformError('alarm_quota', `the project has ${LIMITS.alarmsPerProject} rules, as many as it may have`, {
      hint: 'Delete rules that are not needed.',
    });
  }

  /** The state stays until the next period ends. Throws `invalid_alarm`, `alarm_not_found`. */
  async update(rule: AlarmRule, requested: RequestedAlarm, setBy: AlarmSetter | undefined): Promise<AlarmRule> {
    const settings = readAlarmSettings(requested, rule.target, rule);
    const now = this.#clock.now();
    // periods without the rule are not judged later
    const begins = settings.enabled && (!rule.enabled || settings.period !== rule.period);
    const changed = { ...rule, ...settings, setBy, modifiedAt: Math.max(now, rule.modifiedAt + 1) };
    const judgedTo = begins ? startOfPeriod(now, settings.period) : undefined;
    if (!(await this.#store.update(changed, judgedTo))) throw alarmNotFound(rule.name);
    return this.find(rule.projectId, rule.name);
  }

  /** With its history. Throws `alarm_not_found`. */
  async delete(projectId: string, name: string): Promise<void> {
    if (!(await this.#store.remove(projectId, name))) throw alarmNotFound(name);
  }

  /** Changes of the state, the latest first. */
  history({ id }: AlarmRule): Promise<AlarmChange[]> {
    return this.#store.changes(id);
  }
}

function startOfPeriod(time: number, minutes: number): number {
  const periodMs = minutes * MINUTE_MS;
  return Math.floor(time / periodMs) * periodMs;
}

function alarmNotFound(name: string): PlatformError {
  return new PlatformError('alarm_not_found', `the project has no alarm rule ${name.slice(0, 128)}`);
}
