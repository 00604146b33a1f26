import { parseCronSchedule, ScheduleError } from '@funcgraph/api/schedule';
import { Type } from 'typebox';
import { PlatformError } from '../../lib/platform-error.ts';
import type { FlowVariant } from '../trigger-kind.ts';

/** A timer of a flow: its event is the input of the run. */
export interface FlowTimerSettings {
  readonly kind: 'FLOWTIMER';
  readonly name: string;
  /** A cron expression as written. */
  readonly schedule: string;
  /** Of each run. */
  readonly input: unknown;
}

/** The extra information is JSON text, or in files an object. */
const fields = Type.Object({ schedule: Type.Optional(Type.Unknown()), user_event: Type.Optional(Type.Unknown()) });

export const flowTimer: FlowVariant<FlowTimerSettings> = {
  rule: 'F-121',
  fields,
  read({ name, schedule, user_event: event }) {
    const input = inputOf(event);
    if (typeof schedule !== 'string' || schedule === '' || input === undefined) return undefined;
    return { kind: 'FLOWTIMER', name: String(name), schedule, input };
  },
  check(settings) {
    try {
      parseCronSchedule(settings.schedule);
    } catch (cause) {
      if (!(cause instanceof ScheduleError)) throw cause;
      throw new PlatformError('invalid_timer_trigger', `schedule: ${cause.message}`, { cause });
    }
  },
  keepsSince: (before, after) => before.schedule === after.schedule,
  data: (settings) => ({ schedule_type: 'Cron', schedule: settings.schedule }),
};

export function isFlowTimer<T extends { readonly settings: { readonly kind: string } }>(
  trigger: T,
): trigger is T & { readonly settings: FlowTimerSettings } {
  return trigger.settings.kind === 'FLOWTIMER';
}

function inputOf(event: unknown): unknown {
  try {
    const value: unknown = typeof event === 'string' ? JSON.parse(event) : event;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && 'input' in value
      ? value.input
      : undefined;
  } catch {
    return undefined;
  }
}
