import type { Schedule } from '../../domain/schedule.ts';
import type { FunctionName } from '../functions/types.ts';

export interface TimerSettings {
  readonly kind: 'TIMER';
  readonly name: string;
  readonly scheduleType: 'Rate' | 'Cron';
  /** As written; `schedule` is its parsed form. */
  readonly scheduleText: string;
  readonly schedule: Schedule;
  /** Text for each event; undefined when none was given. */
  readonly userEvent: string | undefined;
}

export interface ApiSettings {
  /** A shared or a dedicated gateway; both are the same one here. */
  readonly kind: 'APIG' | 'DEDICATEDGATEWAY';
  readonly name: string;
  /** 1 public, 2 private: has no meaning here. */
  readonly visibility: number;
  readonly path: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly method: string;
  readonly groupId: string;
  readonly groupName: string;
  /** `SWA`: the path and all below it. `NORMAL`: the path alone. */
  readonly matchMode: 'SWA' | 'NORMAL';
  readonly envName: string;
  readonly envId: string;
  /** `APP`: only apps that were bound to the trigger. */
  readonly auth: 'NONE' | 'IAM' | 'APP';
  /** How long a caller waits at most. */
  readonly timeoutMs: number;
  /** The caller learns that the event is stored, but not its result. */
  readonly async: boolean;
  /** Of the gateway; undefined when none was given. */
  readonly instanceId: string | undefined;
}

export type TriggerSettings = TimerSettings | ApiSettings;
/** Settings before they are checked: the schedule of a timer is not parsed yet. */
export type NewTriggerSettings = Omit<TimerSettings, 'schedule'> | ApiSettings;
export type TriggerKind = TriggerSettings['kind'];

/** A trigger of a version or alias of a function. Times are ms since the epoch. */
export interface Trigger<S extends TriggerSettings = TriggerSettings> {
  readonly id: string;
  readonly fn: FunctionName;
  readonly functionId: string;
  /** `latest`, a version, or `!alias`. */
  readonly qualifier: string;
  readonly active: boolean;
  readonly settings: S;
  /** Ticks of a rate are counted from here: the time of its creation, of a new schedule, or of being enabled. */
  readonly since: number;
  /** The last tick whose event was stored before this server started, and the steady time of that. */
  readonly fired: { readonly tick: number; readonly steady: number } | undefined;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** The fields noted with a trigger when the event of a tick is stored. */
export interface Firing {
  readonly tick: number;
  readonly steady: number;
  /** A tick that is not after the last one is stored only if that was stored up to this steady time; -1 for never. */
  readonly lastBefore: number;
}

export function isTimer(trigger: Trigger): trigger is Trigger<TimerSettings> {
  return trigger.settings.kind === 'TIMER';
}

export function isApi(trigger: Trigger): trigger is Trigger<ApiSettings> {
  return trigger.settings.kind !== 'TIMER';
}
