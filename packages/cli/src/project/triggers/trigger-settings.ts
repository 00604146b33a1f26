import type { TriggerEntry } from '../file/schema.ts';
import type { Fields } from '../plan/resource.ts';
import { gatewayRoute } from './gateway-route.ts';

interface Settings {
  readonly type: string;
  readonly settings: Fields;
}

/** Type and `event_data` of a trigger of the file. */
export function triggerSettings(name: string, entry: TriggerEntry): Settings {
  if ('every' in entry || 'cron' in entry) return timer(name, entry);
  if ('path' in entry) {
    return { type: 'APIG', settings: gatewayRoute(name, { ...entry, stage: entry.gateway_stage }) };
  }
  if ('topic' in entry) return { type: 'SMN', settings: { name } };
  if ('events' in entry) return { type: 'EVENT', settings: { name, types: entry.events } };
  if ('type' in entry) return { type: entry.type, settings: { ...entry.settings, name } };
  const { bucket, on = ['ObjectCreated'], prefix, suffix } = entry;
  return { type: 'OBS', settings: given({ name, bucket, events: on, prefix, suffix }) };
}

type Timer = Extract<TriggerEntry, { every: string } | { cron: string }>;

function timer(name: string, entry: Timer): Settings {
  const isRate = 'every' in entry && /^\d+[mhd]$/.test(entry.every);
  const zone = 'time_zone' in entry && entry.time_zone !== undefined ? `CRON_TZ=${entry.time_zone} ` : '';
  const schedule = 'cron' in entry ? `${zone}${entry.cron}` : isRate ? entry.every : `@every ${entry.every}`;
  const settings = { name, schedule_type: isRate ? 'Rate' : 'Cron', schedule, user_event: entry.event ?? '' };
  return { type: 'TIMER', settings };
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
