import type { NodeAnswer, NodeConnections } from '../../cluster/index.ts';
import type { BodySource, ResponseSink } from '../../instances/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { FrameReader } from './answer-frames.ts';
import { CallBody } from './call-body.ts';
import { CALL_PATH } from './nodes.ts';

/** A body of at most so many bytes is sent with its head: the second node may refuse it unread. A longer one waits. */
export const SENT_AT_ONCE_BYTES = 64 * 1024;
/** How long an answer to a head may take while the body waits for it. */
const ASK_MS = 1_000;
/** Bytes of a streamed answer that the client has not taken: the second node waits for it then. */
const WINDOW_BYTES = 256 * 1024;

export interface OutgoingCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly event: Buffer;
  /** Follows the event. */
  readonly body: BodySource | undefined;
  readonly sink: ResponseSink | undefined;
  /** The caller gives up. */
  readonly signal: AbortSignal | undefined;
  /** The second node is gone, or out of reach. */
  readonly lost: AbortSignal;
  readonly clock: Clock;
  /** No byte of the event is sent before the second node has said that it takes the call. */
  readonly asks: boolean;
}

export type CallEnd =
  | { readonly kind: 'answered'; readonly result: unknown; readonly payload: Buffer }
  /** The second node did not take the call: no code ran. */
  | { readonly kind: 'refused' }
  /** No byte of the body was sent: no code ran. */
  | { readonly kind: 'unreached' }
  /** The code may have run, or may still run. `begun`: the client has the beginning of the answer. */
  | { readonly kind: 'lost'; readonly begun: boolean; readonly cause: unknown };

type Send = (request: Parameters<NodeConnections['request']>[1]) => Promise<NodeAnswer>;

/**
 * Sends a call to the second node and passes the answer on as it comes. Rejects with the reason of `signal`, when the
 * client is gone, or with the error of a sink that refuses the head of the answer.
 */
export async function sendCall(send: Send, call: OutgoingCall): Promise<CallEnd> {
  const { signal, lost, sink } = call;
  const stop = new AbortController();
  const onLost = (): void => stop.abort(lost.reason);
  const onAbort = (): void => stop.abort(signal?.reason);
  const onGone = (): void => stop.abort(sink?.gone.reason);
  lost.addEventListener('abort', onLost);
  signal?.addEventListener('abort', onAbort);
  sink?.gone.addEventListener('abort', onGone);
  if (signal?.aborted) onAbort();
  else if (sink?.gone.aborted) onGone();
  else if (lost.aborted) onLost();
  try {
    const end = await exchange(send, call, stop);
    if (end.kind !== 'answered' && signal?.aborted) throw signal.reason;
    if (end.kind !== 'answered' && sink?.gone.aborted) throw sink.gone.reason;
    return end;
  } finally {
    lost.removeEventListener('abort', onLost);
    signal?.removeEventListener('abort', onAbort);
    sink?.gone.removeEventListener('abort', onGone);
  }
}

async function exchange(send: Send, call: OutgoingCall, stop: AbortController): Promise<CallEnd> {
  let answer: NodeAnswer;
  try {
    answer = await begin(send, call, stop);
  } catch (cause) {
    if (!isUnreachable(cause)) throw cause;
    return cause.bodySent ? { kind: 'lost', begun: false, cause } : { kind: 'unreached' };
  }
  if (answer.status === 200) return readAnswer(answer, call.sink);
  answer.body.resume().on('error', () => {});
  return { kind: 'refused' };
}

function begin(
  send: Send,
  { headers, event, body, clock, asks }: OutgoingCall,
  stop: AbortController,
): Promise<NodeAnswer> {
  const request = { method: 'POST', path: CALL_PATH, signal: stop.signal };
  if (!asks && body === undefined && event.length <= SENT_AT_ONCE_BYTES)
    return send({ ...request, headers, body: event });
  const late = clock.after(ASK_MS, () => stop.abort(new Error('the other node does not answer')));
  const bytes = body === undefined ? 0 : body.length;
  const length = bytes === undefined ? {} : { 'content-length': event.length + bytes };
  const stream = new CallBody(event, body, () => late.cancel());
  return send({ ...request, headers: { ...headers, ...length }, body: stream, expectContinue: true }).finally(() =>
    late.cancel(),
  );
}

function readAnswer({ body }: NodeAnswer, sink: ResponseSink | undefined): Promise<CallEnd> {
  return new Promise((resolve, reject) => {
    const frames = new FrameReader();
    let begun = false;
    let isOver = false;
    let outstanding = 0;
    const end = (how: CallEnd): void => {
      isOver = true;
      body.resume();
      resolve(how);
    };
    const fail = (cause: unknown): void => end({ kind: 'lost', begun, cause });
    // an error has a stack, which costs more than the rest of an answer that is read
    const ended = (how: string): void => {
      if (!isOver) fail(new Error(how));
    };
    const pass = (piece: Buffer): void => {
      outstanding += piece.length;
      if (outstanding >= WINDOW_BYTES) body.pause();
      sink?.write(piece, () => {
        outstanding -= piece.length;
        if (!isOver && outstanding < WINDOW_BYTES && body.isPaused()) body.resume();
      });
    };
    const read = (bytes: Buffer): void => {
      for (const frame of frames.read(bytes)) {
        if (frame.kind === 'result') {
          end({ ...frame, kind: 'answered' });
          return;
        }
        if (frame.kind === 'head') {
          sink?.begin(frame.head);
          begun = true;
        } else if (frame.kind === 'flush') sink?.flush();
        else pass(frame.piece);
      }
    };
    body.on('data', (bytes: Buffer) => {
      if (isOver) return;
      try {
        read(bytes);
      } catch (error) {
        isOver = true;
        body.destroy();
        reject(error);
      }
    });
    body.once('error', fail);
    body.once('end', () => ended('the answer ended early'));
    body.once('close', () => ended('the connection was closed'));
  });
}

function isUnreachable(error: unknown): error is { readonly bodySent: boolean } {
  return error instanceof Error && 'bodySent' in error && typeof error.bodySent === 'boolean';
}
