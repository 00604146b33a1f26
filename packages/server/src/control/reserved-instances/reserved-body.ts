import { LIMITS } from '@funcgraph/api';
import { type Cron, CronError, parseCron } from '../../domain/cron.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import type { ReservedConfig, ReservedPolicy } from './types.ts';

type ReservedBody = Pick<ReservedConfig, 'count' | 'idleMode' | 'policies'>;

const CODE = 'invalid_concurrency';
const MAX_EPOCH_SECONDS = 9_999_999_999;

/**
 * Reads the body of a request. Throws `invalid_concurrency`, `invalid_request`, or `not_supported_here` for policies by
 * metric.
 */
export function readReservedBody(body: Kept): ReservedBody {
  const fields = new WireFields(body);
  const count = fields.integer('count', { ...LIMITS.reservedInstances, code: CODE });
  if (count === undefined) throw new PlatformError(CODE, 'count is missing');
  const tactics = fields.nested('tactics_config');
  if ((tactics?.list('metric_configs', { max: LIMITS.reservedPolicies, code: CODE }) ?? []).length > 0) {
    throw new PlatformError('not_supported_here', 'policies by metric (metric_configs) do not exist here', {
      hint: 'Use cron_configs, or a higher count.',
    });
  }
  const policies = (tactics?.list('cron_configs', { max: LIMITS.reservedPolicies, code: CODE }) ?? []).map((policy) =>
    readPolicy(policy, count),
  );
  const names = new Set(policies.map(({ name }) => name));
  if (names.size < policies.length) throw new PlatformError(CODE, 'two policies have the same name');
  return { count, idleMode: fields.flag('idle_mode') ?? false, policies };
}

function readPolicy(fields: WireFields, base: number): ReservedPolicy {
  const name = fields.text('name', { max: 60, code: CODE }) ?? '';
  if (!/^[^\p{Cc}]+$/u.test(name)) throw new PlatformError(CODE, 'a policy needs a name of 1 to 60 characters');
  const cron = fields.text('cron', { code: CODE }) ?? '';
  const count = fields.integer('count', { ...LIMITS.reservedInstances, code: CODE });
  if (count === undefined || count < base) {
    throw new PlatformError(CODE, `policy ${name}: count must not be less than the base count ${base}`);
  }
  const epoch = { min: 0, max: MAX_EPOCH_SECONDS, code: CODE, unit: 'seconds since 1970' } as const;
  const start = fields.integer('start_time', epoch);
  const end = fields.integer('expired_time', epoch);
  if (start === undefined || end === undefined || end <= start) {
    throw new PlatformError(CODE, `policy ${name}: expired_time must be later than start_time`, {
      hint: 'Both in seconds since 1970.',
    });
  }
  return { name, cron, schedule: scheduleOf(name, cron), count, startsAt: start * 1000, endsAt: end * 1000 };
}

function scheduleOf(name: string, cron: string): Cron {
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
