import type { AnyAnswer } from '../plain/plain-answer.ts';

/** A signal that fires when the client disconnects before the answer is complete, at once if it already has. */
export function goneSignal(response: Pick<AnyAnswer, 'writableFinished' | 'destroyed' | 'once'>): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!response.writableFinished) controller.abort(new Error('the client closed the connection'));
  };
  // It may have disconnected while the request waited for its turn.
  if (response.destroyed) onClose();
  else response.once('close', onClose);
  return controller.signal;
}
