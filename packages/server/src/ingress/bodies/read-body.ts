import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlatformError } from '../../lib/platform-error.ts';
import { type AnyAnswer, PlainAnswer } from '../plain/plain-answer.ts';
import { type AnyRequest, PlainRequest } from '../plain/plain-request.ts';
import type { BodyRoom } from './body-budget.ts';
import { Collector } from './collector.ts';
import type { UploadWatch } from './upload-watch.ts';

const EMPTY = Buffer.alloc(0);
/** Bodies up to this many bytes that come in one piece need no reservation: such bodies never wait for their client. */
const WHOLE_BYTES = 16 * 1024;

export interface ReadOptions {
  readonly limitBytes: number;
  readonly tooLarge: (limitBytes: number) => PlatformError;
  /** Opened for a body that does not arrive at once; released when the answer is sent. */
  readonly room: () => BodyRoom;
  readonly watch: UploadWatch | undefined;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Pieces that have arrived already. */
  readonly begun?: Buffer;
}

/** The whole body in memory. Throws like `takeBody`. */
export async function readBody(request: AnyRequest, response: AnyAnswer, options: ReadOptions): Promise<Buffer> {
  if (request instanceof PlainRequest || response instanceof PlainAnswer) return wholeBody(request, response, options);
  if (!hasBody(request)) return EMPTY;
  const collector = new Collector();
  await takeBody(request, response, options, (piece) => collector.push(piece));
  return collector.whole();
}

/** Of a request that came with its body; what takes room when it comes in pieces takes it here, too. */
function wholeBody(request: AnyRequest, response: AnyAnswer, { limitBytes, tooLarge, room: openRoom }: ReadOptions) {
  const { body } = request as PlainRequest;
  if (body.length > limitBytes) throw tooLarge(limitBytes);
  if (response.destroyed) throw new ClientGone();
  if (body.length > WHOLE_BYTES) {
    const room = openRoom();
    response.once('close', room.close);
    room.take(body.length);
  }
  return body;
}

/**
 * Hands each piece of the body to `take`, the next one when the promise for the one before resolves. Throws the
 * `tooLarge` error at the first byte too many, before anything is read when the length is declared; `overloaded`,
 * `body_too_slow`, and `ClientGone`. Reads no further then, and leaves the connection as it is.
 */
export function takeBody(
  request: IncomingMessage,
  response: ServerResponse,
  { limitBytes, tooLarge, room: openRoom, watch, expectsContinue, begun = EMPTY }: ReadOptions,
  take: (piece: Buffer) => Promise<unknown> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    let taken = 0;
    let isOver = false;
    let isRead = false;
    let last: Promise<unknown> | undefined;
    let room: BodyRoom | undefined;
    const roomFor = (bytes: number): void => {
      if (room === undefined && bytes === declared && bytes <= WHOLE_BYTES) return;
      if (room === undefined) {
        room = openRoom();
        response.once('close', room.close);
      }
      room.take(bytes);
    };
    const onData = (piece: Buffer): void => {
      try {
        taken += piece.length;
        if (taken > limitBytes) throw tooLarge(limitBytes);
        roomFor(piece.length);
        const taking = take(piece);
        if (taking === undefined) return;
        request.pause();
        last = taking;
        taking.then(() => request.resume(), end);
      } catch (error) {
        end(error);
      }
    };
    const onGone = (): void => void (isRead || end(new ClientGone()));
    // a request ends as soon as its last piece was read, also while that is being taken
    const onEnd = (): void => {
      isRead = true;
      if (last === undefined) end(undefined);
      else last.then(() => end(undefined), end);
    };
    const end = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      watch?.breakWhenSlow();
      if (error === undefined) {
        resolve();
        return;
      }
      request.off('data', onData);
      room?.close();
      reject(error);
    };
    if (declared > limitBytes) {
      reject(tooLarge(limitBytes));
      return;
    }
    if (watch !== undefined) watch.onSlow = () => end(tooSlow());
    request.on('data', onData).on('end', onEnd);
    request.on('error', onGone).on('close', onGone);
    if (expectsContinue) response.writeContinue();
    if (begun.length > 0) onData(begun);
  });
}

/** Whether anything follows the head. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { 'content-length': declared, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (declared !== undefined && declared !== '0');
}

/** The client disconnected before its request was complete: no answer can reach it. */
export class ClientGone extends Error {}

export function tooSlow(): PlatformError {
  return new PlatformError('body_too_slow', 'The body of the request arrived too slowly or not in time.');
}

export function eventTooLarge(limitBytes: number): PlatformError {
  return new PlatformError('event_too_large', `The request body is over the limit of ${limitBytes} bytes.`);
}
