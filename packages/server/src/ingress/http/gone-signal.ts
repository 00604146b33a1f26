import type { ServerResponse } from 'node:http';

/** A signal that fires when the client disconnects before the answer is complete, at once if it already has. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!response.writableFinished) controller.abort(new Error('the client closed the connection'));
  };
  // It may have disconnected while the request waited for its turn.
  if (response.destroyed) onClose();
  else response.once('close', onClose);
  return controller.signal;
}
