import { LIMITS } from '@funcgraph/api';
import { type Cron, CronError, parseCron } from '@funcgraph/api/schedule';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkCount, checkLength, checkRange } from '../checks.ts';
import type { MetricPolicy, NewPolicy, ReservedPolicy } from './types.ts';

const CODE = 'invalid_concurrency';
const MAX_EPOCH_MS = 9_999_999_999_000;

/** Checks the policies over a base count, and parses their schedules. Throws `invalid_concurrency`. */
export function checkedPolicies(base: number, policies: readonly NewPolicy[]): readonly ReservedPolicy[] {
  checkRange('count', base, { ...LIMITS.reservedInstances, code: CODE });
  checkCount('cron_configs', policies, LIMITS.reservedPolicies, CODE);
  for (const policy of policies) checkPolicy(policy, base);
  checkNames(policies);
  return policies.map((policy) => ({ ...policy, schedule: scheduleOf(policy) }));
}

/** Throws `invalid_concurrency`. */
export function checkMetricPolicies(policies: readonly MetricPolicy[]): readonly MetricPolicy[] {
  checkCount('metric_configs', policies, LIMITS.reservedPolicies, CODE);
  for (const { name, threshold, min } of policies) {
    checkName(name);
    checkRange(`policy ${name}: threshold`, threshold, { ...LIMITS.reservedThreshold, code: CODE });
    checkRange(`policy ${name}: min`, min, { ...LIMITS.reservedInstances, code: CODE });
  }
  checkNames(policies);
  return policies.map(({ name, threshold, min }) => ({ name, threshold, min }));
}

function checkNames(policies: ReadonlyArray<{ readonly name: string }>): void {
  const names = new Set(policies.map(({ name }) => name));
  if (names.size < policies.length) throw new PlatformError(CODE, 'two policies have the same name');
}

function checkName(name: string): void {
  checkLength('name', name, 60, CODE);
  if (!/^[^\p{Cc}]+$/u.test(name)) throw new PlatformError(CODE, 'a policy needs a name of 1 to 60 characters');
}

function checkPolicy({ name, count, startsAt, endsAt }: NewPolicy, base: number): void {
  checkName(name);
  checkRange('count', count, { ...LIMITS.reservedInstances, code: CODE });
  if (count < base) {
    throw new PlatformError(CODE, `policy ${name}: count must not be less than the base count ${base}`);
  }
  if (startsAt < 0 || endsAt > MAX_EPOCH_MS || endsAt <= startsAt) {
    throw new PlatformError(CODE, `policy ${name}: expired_time must be later than start_time`, {
      hint: 'Both in seconds since 1970.',
    });
  }
}

function scheduleOf({ name, cron }: NewPolicy): Cron {
  try {
    return parseCron(cron);
  } catch (cause) {
    if (!(cause instanceof CronError)) throw cause;
    throw new PlatformError(CODE, `policy ${name}: ${cause.message}`, {
      hint: 'For example 0 0 8 * * ? for 8:00 (UTC) every day.',
      cause,
    });
  }
}
