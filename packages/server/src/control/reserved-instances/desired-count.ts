import { lastAt, nextAt } from '@funcgraph/api/schedule';
import type { MetricPolicy, ReservedConfig, ReservedPolicy } from './types.ts';

type Plan = Pick<ReservedConfig, 'count' | 'policies'>;

/**
 * The desired number of instances at a moment (ms since the epoch). Of the policies whose window is open and whose cron
 * came up in it, the one that came up last decides, of several at the same moment the greatest; else the base count,
 * which is also the least.
 */
export function desiredCount({ count, policies }: Plan, now: number): number {
  let latest = Number.NEGATIVE_INFINITY;
  let chosen = count;
  for (const policy of policies) {
    const firedAt = firedBy(policy, now);
    if (firedAt === undefined || firedAt < latest) continue;
    chosen = firedAt === latest ? Math.max(chosen, policy.count) : policy.count;
    latest = firedAt;
  }
  return Math.max(chosen, count);
}

/** When `desiredCount` may next change; undefined for never. */
export function nextChange({ policies }: Plan, now: number): number | undefined {
  const changes = policies.flatMap((policy) => {
    if (now >= policy.endsAt) return [];
    const next = nextAt(policy.schedule, Math.max(now, policy.startsAt - 1));
    return next === undefined || next >= policy.endsAt ? [policy.endsAt] : [next];
  });
  return changes.length === 0 ? undefined : Math.min(...changes);
}

/** The most that can ever be desired without calls. */
export function peakCount({
  count,
  policies,
  byMetric,
}: Pick<ReservedConfig, 'count' | 'policies' | 'byMetric'>): number {
  return Math.max(count, leastOf(byMetric), ...policies.map((policy) => policy.count));
}

/** The least number of instances of all policies by metric. */
export function leastOf(policies: readonly MetricPolicy[]): number {
  return Math.max(0, ...policies.map(({ min }) => min));
}

function firedBy({ schedule, startsAt, endsAt }: ReservedPolicy, now: number): number | undefined {
  if (now < startsAt || now >= endsAt) return undefined;
  return lastAt(schedule, now, startsAt);
}
