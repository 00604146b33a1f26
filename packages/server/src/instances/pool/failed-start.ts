import type { Logger } from 'pino';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { StartFailed } from '../start/start-errors.ts';

/** A failure of the function is expected; any other is one of the platform. */
export function logFailedStart(log: Logger, { functionKey, version }: LaunchSpec, failure: unknown): void {
  if (!(failure instanceof StartFailed)) {
    log.error({ functionKey, err: failure }, 'instance start broke');
    return;
  }
  const { outcome, component } = failure.failure;
  const err = component === 'instance' ? failure.cause : undefined;
  log.info({ functionKey, version, outcome, err }, 'instance start failed');
}
