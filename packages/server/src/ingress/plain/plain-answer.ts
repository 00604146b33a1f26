import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { PlainRequest } from './plain-request.ts';

/** An answer as handlers know it, from here or from `node:http`. */
export type AnyAnswer = ServerResponse | PlainAnswer;

/** Bodies up to this size are copied behind their head. */
const ONE_BUFFER_BYTES = 16 * 1024;
const PRINTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;
const EMPTY = Buffer.alloc(0);

interface PlainAnswerOptions {
  readonly keepAliveMs: number;
  /** How long a client may leave an answer unread. */
  readonly stalledMs: number;
  /** Called when the connection is free for the next request. */
  readonly onDone: () => void;
}

/** The answer to a plain request, with the bytes that `node:http` would send, in one write. */
export class PlainAnswer {
  readonly #request: PlainRequest;
  readonly #socket: Socket;
  readonly #options: PlainAnswerOptions;
  #statusCode = 200;
  #head: readonly string[] | undefined;
  #isSent = false;
  #isFinished = false;
  #isClosed = false;
  #isLast = false;
  #listeners: (() => void)[] = [];
  #stream: ServerResponse | undefined;

  constructor(request: PlainRequest, options: PlainAnswerOptions) {
    this.#request = request;
    this.#socket = request.socket;
    this.#options = options;
  }

  get req(): PlainRequest {
    return this.#request;
  }

  get statusCode(): number {
    return this.#stream?.statusCode ?? this.#statusCode;
  }

  get headersSent(): boolean {
    return this.#stream?.headersSent ?? this.#head !== undefined;
  }

  get writableFinished(): boolean {
    return this.#stream?.writableFinished ?? this.#isFinished;
  }

  get destroyed(): boolean {
    return this.#isClosed || this.#socket.destroyed;
  }

  once(_: 'close', listener: () => void): void {
    this.#listeners.push(listener);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Throws as `node:http` does for text that would end the header. */
  writeHead(statusCode: number, headers: string[]): void {
    if (this.#stream !== undefined) {
      this.#stream.writeHead(statusCode, headers);
      return;
    }
    if (!headers.every((text) => PRINTABLE.test(text))) throw new TypeError('a header is not valid');
    this.#statusCode = statusCode;
    this.#head = headers;
    this.#isLast = closes(headers);
  }

  end(body: Buffer | string = EMPTY): void {
    if (this.#stream !== undefined) {
      this.#stream.end(body);
      return;
    }
    if (this.#isSent || this.destroyed) return;
    this.#isSent = true;
    const socket = this.#socket;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const head = headOf(this.#statusCode, this.#head ?? [], this.#isLast ? undefined : this.#options.keepAliveMs);
    if (bytes.length <= ONE_BUFFER_BYTES) {
      const all = Buffer.allocUnsafe(head.length + bytes.length);
      all.write(head, 0, 'latin1');
      bytes.copy(all, head.length);
      socket.write(all, this.#onWritten);
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(bytes, this.#onWritten);
      socket.uncork();
    }
    // what the system did not take at once waits for the client
    if (socket.writableLength > 0) socket.setTimeout(this.#options.stalledMs, this.#onStalled);
    else this.#finish();
  }

  /** For an answer whose length is not known at its head: `node:http` writes it to the same connection. */
  stream(): ServerResponse {
    if (this.#stream !== undefined) return this.#stream;
    const socket = this.#socket;
    const stream = new ServerResponse(this.#request as unknown as IncomingMessage);
    // as its own server does
    Object.assign(stream, { _keepAliveTimeout: this.#options.keepAliveMs });
    stream.assignSocket(socket);
    stream.once('finish', () => {
      stream.detachSocket(socket);
      stream.emit('close');
      this.#finish();
    });
    this.#stream = stream;
    return stream;
  }

  /** The connection is closed. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#listeners) listener();
  }

  readonly #onStalled = (): void => void this.#socket.destroy();

  readonly #onWritten = (error?: Error | null): void => {
    if (this.#isFinished || error) return;
    this.#socket.setTimeout(0, this.#onStalled);
    this.#finish();
  };

  #finish(): void {
    this.#isFinished = true;
    this.close();
    if (this.#isLast) this.#socket.destroySoon();
    else this.#options.onDone();
  }
}

/** Whether the connection ends with this answer: a `Connection` header of ours always says `close`. */
function closes(headers: readonly string[]): boolean {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (name.length === 10 && name.toLowerCase() === 'connection') return true;
  }
  return false;
}

let date = '';
let dateSecond = 0;

function dateNow(): string {
  const now = Date.now();
  const second = Math.trunc(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(now).toUTCString();
  }
  return date;
}

/** The headers that `node:http` adds come last, as there. `keepAliveMs`: undefined when `headers` close the connection. */
function headOf(statusCode: number, headers: readonly string[], keepAliveMs: number | undefined): string {
  let head = `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? 'unknown'}\r\n`;
  let hasDate = false;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'date') hasDate = true;
    head += `${name}: ${headers[at + 1]}\r\n`;
  }
  if (!hasDate) head += `Date: ${dateNow()}\r\n`;
  if (keepAliveMs === undefined) return `${head}\r\n`;
  return `${head}Connection: keep-alive\r\nKeep-Alive: timeout=${Math.trunc(keepAliveMs / 1000)}\r\n\r\n`;
}
