import type { ServerResponse } from 'node:http';

/** A signal that fires when the client closes before the answer is out, at once when it did already. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!response.writableFinished) controller.abort(new Error('the client closed the connection'));
  };
  // It may have closed while the request waited for its turn.
  if (response.destroyed) onClose();
  else response.once('close', onClose);
  return controller.signal;
}
