import type { RouteBody, RouteResponse, Routes } from '@funcgraph/api';
import { fieldMs, fieldText } from '../../../parts/time-span/index.ts';

export type Reserved = RouteResponse<Routes['showReservedInstances']>['reserved_instances'][number];

export interface TimePolicy {
  readonly name: string;
  readonly cron: string;
  readonly from: string;
  readonly until: string;
  readonly count: number;
}

export interface CallPolicy {
  readonly name: string;
  readonly percent: number;
  readonly min: number;
}

/** The dialog's fields. */
export interface ReservedFields {
  readonly type: 'version' | 'alias';
  readonly qualifier: string;
  readonly count: number;
  readonly isIdle: boolean;
  readonly byTime: readonly TimePolicy[];
  readonly byCalls: readonly CallPolicy[];
}

const MS = 1000;
const DAYS_30_MS = 30 * 24 * 3600 * MS;

export const NEW_RESERVATION = { type: 'version', count: 1, isIdle: false, byTime: [], byCalls: [] } as const;

/** Every day at eight, for a month. */
export const newTimePolicy = (now: number, isUtc: boolean, count: number): Partial<TimePolicy> => ({
  cron: '0 0 8 * * ?',
  from: fieldText(now, isUtc),
  until: fieldText(now + DAYS_30_MS, isUtc),
  count,
});

export function toFields(reserved: Reserved, isUtc: boolean): ReservedFields {
  const { cron_configs, metric_configs } = reserved.tactics_config;
  return {
    type: reserved.qualifier_type,
    qualifier: reserved.qualifier_name,
    count: reserved.min_count,
    isIdle: reserved.idle_mode,
    byTime: cron_configs.map(({ name, cron, count, start_time, expired_time }) => ({
      name,
      cron,
      count,
      from: fieldText(start_time * MS, isUtc),
      until: fieldText(expired_time * MS, isUtc),
    })),
    byCalls: metric_configs.map(({ name, threshold, min }) => ({ name, percent: threshold, min })),
  };
}

export function toBody(
  fields: ReservedFields,
  isUtc: boolean,
): RouteBody<Routes['updateFunctionReservedInstancesCount']> {
  const seconds = (text: string) => Math.round(fieldMs(text, isUtc) / MS);
  return {
    count: fields.count,
    idle_mode: fields.isIdle,
    tactics_config: {
      cron_configs: fields.byTime.map(({ name, cron, count, from, until }) => ({
        name,
        cron,
        count,
        start_time: seconds(from),
        expired_time: seconds(until),
      })),
      metric_configs: fields.byCalls.map(({ name, percent, min }) => ({
        name,
        type: 'Concurrency',
        threshold: percent,
        min,
      })),
    },
  };
}

/** As URNs name it. */
export const qualifierOf = (type: ReservedFields['type'], name: string): string =>
  type === 'alias' ? `!${name}` : name;
