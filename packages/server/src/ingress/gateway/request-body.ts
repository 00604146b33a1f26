import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';

const EMPTY = Buffer.alloc(0);

/** How many bytes of bodies may be in memory at once, over all connections. */
export class BodyBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get used(): number {
    return this.#used;
  }

  /** Throws `overloaded` when there is no room. */
  take(bytes: number): void {
    if (this.#used + bytes > this.#limit) {
      throw new PlatformError('overloaded', 'The gateway is busy with other large requests; try again later.');
    }
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

export interface ReadOptions {
  readonly limitBytes: number;
  readonly budget: BodyBudget;
  /** The client waits for a word before it sends the body. */
  readonly expectsContinue: boolean;
}

/**
 * Reads the body to its end. What it takes from the budget is given back when the answer is out. Throws
 * `event_too_large` at the first byte too many, before anything is read when the length is declared.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { limitBytes, budget, expectsContinue }: ReadOptions,
): Promise<Buffer> {
  if (!hasBody(request)) return EMPTY;
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  let taken = 0;
  response.once('close', () => budget.give(taken));
  const chunks: Buffer[] = [];
  if (expectsContinue) response.writeContinue();
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      try {
        if (taken + chunk.length > limitBytes) throw tooLarge(limitBytes);
        budget.take(chunk.length);
        taken += chunk.length;
        chunks.push(chunk);
      } catch (error) {
        request.off('data', onData);
        chunks.length = 0;
        reject(error);
      }
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new ClientGone()));
  });
}

/** Whether anything follows the head. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': declared, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (declared !== undefined && declared !== '0');
}

/** Breaks the connection unless the whole body has arrived within `ms`, or the returned function was called before. */
export function limitUpload(request: IncomingMessage, clock: Clock, ms: number): () => void {
  const timer = clock.after(ms, () => request.destroy());
  const lift = (): void => timer.cancel();
  request.once('end', lift);
  request.once('close', lift);
  return lift;
}

/** The client hung up before its request was complete: there is nobody to answer. */
export class ClientGone extends Error {}

export function tooLarge(limitBytes: number): PlatformError {
  return new PlatformError('event_too_large', `The request body is over the limit of ${limitBytes} bytes.`);
}
