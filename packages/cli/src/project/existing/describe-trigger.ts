import type { TriggerEntry } from '../file/schema.ts';
import { changesOf } from '../plan/changes.ts';
import type { Fields } from '../plan/resource.ts';
import { triggerSettings } from '../triggers/trigger-settings.ts';

export interface ExistingTrigger {
  readonly type: string;
  readonly settings: Fields;
  /** None for the function as it is. */
  readonly alias: string | undefined;
  readonly enabled: boolean;
}

/** As a project file has it. A trigger that has no short form there gets that of any kind. */
export function describeTrigger(name: string, { type, settings, alias, enabled }: ExistingTrigger): TriggerEntry {
  const target = alias === undefined ? {} : { alias };
  const state = enabled ? {} : { enabled };
  const short = shortForm(type, settings);
  const entry = short && { ...short, ...target, ...(type === 'TIMER' ? state : {}) };
  if (entry !== undefined && (enabled || type === 'TIMER')) {
    const desired = triggerSettings(name, entry);
    // topics are compared by name: their URN is made where the project is known
    if (desired.type === type && changesOf({ settings }, { settings: desired.settings }).length === 0) return entry;
  }
  const { name: _name, ...own } = settings;
  return { type, settings: own, ...target, ...state } as TriggerEntry;
}

const text = (value: unknown): string => String(value ?? '');

function shortForm(type: string, settings: Fields): TriggerEntry | undefined {
  switch (type) {
    case 'TIMER':
      return timer(settings);
    case 'APIG':
      return route(settings);
    case 'OBS': {
      const { bucket, events, prefix, suffix } = settings;
      return {
        bucket: text(bucket),
        on: (events ?? []) as string[],
        ...(prefix ? { prefix: text(prefix) } : {}),
        ...(suffix ? { suffix: text(suffix) } : {}),
      };
    }
    case 'SMN':
      return { topic: text(settings.topic_urn).split(':').at(-1) ?? '' };
    case 'EVENT':
      return { events: (settings.types ?? []) as string[] };
    default:
      return undefined;
  }
}

function timer({ schedule_type, schedule, user_event }: Fields): TriggerEntry {
  const event = user_event ? { event: text(user_event) } : {};
  const rule = text(schedule);
  if (schedule_type === 'Rate') return { every: rule, ...event };
  if (rule.startsWith('@every ')) return { every: rule.slice('@every '.length), ...event };
  const [, time_zone, cron = ''] = /^(?:CRON_TZ=(\S+) )?(.*)$/s.exec(rule) ?? [];
  return { cron, ...(time_zone === undefined ? {} : { time_zone }), ...event };
}

function route({
  path,
  req_method,
  match_mode,
  auth,
  func_info,
  group_id,
  group_name,
  env_name,
}: Fields): TriggerEntry {
  const { timeout, invocation_type } = (func_info ?? {}) as Fields;
  return {
    path: text(path),
    ...(req_method === 'ANY' ? {} : { method: text(req_method) }),
    ...(match_mode === 'NORMAL' ? { exact: true } : {}),
    auth: text(auth).toLowerCase(),
    ...(timeout === 5000 ? {} : { wait: Number(timeout) }),
    ...(invocation_type === 'async' ? { async: true } : {}),
    ...(group_id && group_name !== 'DEFAULT' ? { group: text(group_id) } : {}),
    ...(env_name && env_name !== 'RELEASE' ? { gateway_stage: text(env_name) } : {}),
  } as TriggerEntry;
}
