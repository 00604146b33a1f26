import { PlatformError } from '../../lib/platform-error.ts';
import { QueueError } from '../../queue/index.ts';

/** The caller's error when the queue refuses an event; other errors are returned unchanged. */
export function queueRefusal(error: unknown): unknown {
  if (!(error instanceof QueueError)) return error;
  if (error.code === 'queue.full') {
    return new PlatformError('backlog_full', 'too many asynchronous invocations wait', { cause: error });
  }
  if (error.code !== 'queue.quota') return error;
  return new PlatformError('backlog_full', 'the project has too many asynchronous events and deliveries that wait', {
    cause: error,
    hint: 'Wait until some are done (`fgs quotas list` shows how many), or raise quota_async_events or quota_async_size of the server.',
  });
}
