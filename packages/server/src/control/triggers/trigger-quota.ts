import { PlatformError } from '../../lib/platform-error.ts';
import type { KindQuota } from './trigger-rules.ts';

export function triggerQuota(owner: string, what: string): PlatformError {
  return new PlatformError('trigger_quota', `${owner} has ${what}, as many as it may have`, {
    hint: 'Delete triggers that are not needed.',
  });
}

export function projectQuota({ most, name }: KindQuota): PlatformError {
  return triggerQuota('the project', `${most} ${name}`);
}
