import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { CliError, EXIT, PlannedChange, usageError } from '../framework/index.ts';
import { EMPTY_SHA256, presignedQuery, queryText, type StorageKey, signedHeaders, uriEncode } from './signature.ts';
import { storageError } from './storage-error.ts';
import { type Element, readXml } from './xml.ts';

/** No byte in either direction for so long ends a request. */
const IDLE_MS = 120_000;
/** The largest answers list 1000 keys of 1024 bytes, percent-encoded. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** Pauses before a request that the server was too busy for is repeated. */
const BUSY_PAUSES_MS: readonly number[] = [500, 2_000, 5_000];

export interface StorageBody {
  readonly size: number;
  /** In hexadecimal digits; the server compares. */
  readonly sha256: string;
  /** Called for each attempt. The stream ends after `size` bytes. */
  readonly open: () => Readable;
}

export interface StorageRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket?: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: StorageBody;
  readonly signal?: AbortSignal;
}

export interface StorageClientOptions {
  /** Without a path. */
  readonly endpoint: string;
  readonly key: StorageKey;
  readonly now: () => number;
  /** Throws `PlannedChange` in place of the first change. */
  readonly isDry?: boolean | undefined;
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

/**
 * Speaks S3 to the buckets of a server. A key is sent byte by byte as it is: `fetch` would change one with `..` in it. Every
 * method throws CliError with the code and the message of the server, `CLI.UNREACHABLE` without an answer.
 */
export class StorageClient {
  readonly #options: StorageClientOptions;
  readonly #url: URL;

  constructor(options: StorageClientOptions) {
    this.#options = options;
    this.#url = new URL(options.endpoint);
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  /** An answer that is a success, its body not read yet. Waits and tries again while the server is too busy. */
  async send(request: StorageRequest): Promise<IncomingMessage> {
    const { method } = request;
    if (this.#options.isDry && method !== 'GET' && method !== 'HEAD') throw new PlannedChange(method, pathOf(request));
    const wait = this.#options.pause ?? ((ms, signal) => pause(ms, undefined, signal && { signal }));
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#exchange(request);
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return answer;
      const text = await this.#textOf(answer, request.signal);
      const busyMs = status === 503 ? BUSY_PAUSES_MS[tries] : undefined;
      if (busyMs === undefined) throw await storageError(answer, text);
      await wait(busyMs, request.signal);
    }
  }

  /** The root of the document in the answer; undefined for an answer without a body. */
  async document(request: StorageRequest): Promise<Element | undefined> {
    const answer = await this.send(request);
    const text = await this.#textOf(answer, request.signal);
    if (text === '') return undefined;
    const root = await readXml(text);
    // S3 begins some answers before it knows their end
    if (root.name === 'Error') throw await storageError(answer, text);
    return root;
  }

  /** The header of an answer without a body. */
  async headers(request: StorageRequest): Promise<IncomingMessage['headers']> {
    const answer = await this.send(request);
    await this.#textOf(answer, request.signal);
    return answer.headers;
  }

  /** An address with which anyone may do this until it expires. */
  presigned(method: 'GET' | 'PUT', bucket: string, key: string, expiresSeconds: number): string {
    const { host, origin } = this.#url;
    const path = pathOf({ bucket, key });
    const request = { method, host, path, query: {}, nowMs: this.#options.now() };
    return `${origin}${path}?${presignedQuery(request, this.#options.key, expiresSeconds)}`;
  }

  async #exchange(request: StorageRequest): Promise<IncomingMessage> {
    const { method, query = {}, body, signal } = request;
    const { host, hostname, port, protocol } = this.#url;
    const path = pathOf(request);
    const headers = signedHeaders(
      {
        method,
        host,
        path,
        query,
        nowMs: this.#options.now(),
        headers: { ...request.headers, ...(body && { 'content-length': String(body.size) }) },
        sha256: body?.sha256 ?? EMPTY_SHA256,
      },
      this.#options.key,
    );
    const text = queryText(query);
    const target = {
      method,
      // an IPv6 address has brackets in a URL only
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: text === '' ? path : `${path}?${text}`,
      headers,
      ...(signal && { signal }),
    };
    // other commands start 10 ms earlier without them
    const http = await (protocol === 'https:' ? import('node:https') : import('node:http'));
    return new Promise((resolve, reject) => {
      const sent = http.request(target);
      sent.setTimeout(IDLE_MS, () => sent.destroy(new Error('no byte for two minutes')));
      sent.on('response', resolve);
      // after an early answer the server may close while the body is still sent
      sent.on('error', (error) => reject(this.#failure(error, signal)));
      if (body === undefined) {
        sent.end();
        return;
      }
      const source = body.open();
      source.on('error', (error) => sent.destroy(error));
      sent.on('close', () => source.destroy());
      source.pipe(sent);
    });
  }

  async #textOf(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
    const pieces: Buffer[] = [];
    let size = 0;
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        size += piece.length;
        if (size > MAX_DOCUMENT_BYTES) throw new CliError('the answer is too long', { code: 'CLI.PROTOCOL' });
        pieces.push(piece);
      }
    } catch (error) {
      throw this.#failure(error, signal);
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  #failure(cause: unknown, signal: AbortSignal | undefined): unknown {
    if (cause instanceof CliError || signal?.aborted) return cause;
    const { message } = cause as Error;
    return new CliError(`cannot reach the buckets at ${this.#options.endpoint}: ${message}`, {
      code: 'CLI.UNREACHABLE',
      exitCode: EXIT.unreachable,
      hint: 'Is the server running? Start it with: fgs start',
      cause,
    });
  }
}

/** A body in memory. */
export function textBody(text: string): StorageBody {
  const bytes = Buffer.from(text);
  return { size: bytes.length, sha256: hash('sha256', bytes, 'hex'), open: () => Readable.from([bytes]) };
}

function pathOf({ bucket, key }: Pick<StorageRequest, 'bucket' | 'key'>): string {
  // without it this would be another operation
  if (bucket === '') throw usageError('the name of a bucket is empty');
  if (key === '') throw usageError('a key has at least one character');
  const parts = [...(bucket === undefined ? [] : [bucket]), ...(key === undefined ? [] : key.split('/'))];
  return `/${parts.map(uriEncode).join('/')}`;
}
