import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import { ClientGone } from '../../bodies/read-body.ts';
import type { Answer } from '../answers/answer.ts';
import type { Dialect } from '../signatures/claim.ts';

/** A client that has taken less than this after the time is cut. */
const LEAST_BYTES = 16 * 1024;
const LOOK_EVERY_MS = 10_000;

export interface SendOptions {
  readonly requestId: string;
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** The connection ends with the answer. */
  readonly close: boolean;
}

/** Sends an answer. Throws `ClientGone`, and what reading an object throws: its answer is cut then. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  options: SendOptions,
): Promise<void> {
  const { status, headers, body, declaredLength } = answer;
  const flat = [...commonHeaders(options), ...headers].flat();
  const isHead = request.method === 'HEAD';
  if (options.close) flat.push('Connection', 'close');
  if (declaredLength !== undefined) flat.push('Content-Length', String(declaredLength));
  else if (body === undefined) {
    if (status !== 204 && status !== 304) flat.push('Content-Length', '0');
  } else flat.push('Content-Length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.length));
  response.writeHead(status, flat);
  if (isHead || body === undefined) {
    response.end();
    return;
  }
  if (typeof body === 'string') {
    response.end(body);
    return;
  }
  await stream(response, body.bytes, options.clock);
  response.end();
}

/** Whatever a client has stored, a browser that shows it runs none of it. */
function commonHeaders({ requestId, dialect }: SendOptions): [string, string][] {
  const prefix = dialect === 'obs' ? 'x-obs-' : 'x-amz-';
  return [
    [`${prefix}request-id`, requestId],
    [`${prefix}id-2`, requestId],
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Security-Policy', 'sandbox'],
  ];
}

/** Reads as fast as the client takes. */
async function stream(response: ServerResponse, bytes: AsyncIterable<Uint8Array>, clock: Clock): Promise<void> {
  let written = 0;
  for await (const piece of bytes) {
    if (response.destroyed) throw new ClientGone();
    written += piece.length;
    if (!response.write(piece)) await drained(response, written, clock);
  }
}

/** Only while the server waits for the client, not the other way round. */
async function drained(response: ServerResponse, written: number, clock: Clock): Promise<void> {
  const gone = new AbortController();
  const waiting = once(response, 'drain', { signal: gone.signal });
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  let taken = written - response.writableLength;
  let timer = clock.after(LOOK_EVERY_MS, function look() {
    const now = written - response.writableLength;
    if (now - taken < LEAST_BYTES) response.destroy();
    else timer = clock.after(LOOK_EVERY_MS, look);
    taken = now;
  });
  try {
    await waiting;
  } catch {
    throw new ClientGone();
  } finally {
    timer.cancel();
    response.off('close', onClose);
  }
}
