import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { bareObject } from '../../lib/bare-object.ts';

/** A request that was read without `node:http`, complete with its body. */
export class PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly body: Buffer;
  readonly socket: Socket;
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;

  constructor({ method, url, headers, rawHeaders, body }: PlainParts, socket: Socket) {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.rawHeaders = rawHeaders;
    this.body = body;
    this.socket = socket;
  }

  get headersDistinct(): NodeJS.Dict<string[]> {
    return Object.fromEntries(Object.entries(this.headers).map(([name, value]) => [name, [String(value)]]));
  }

  /** Nothing is left to be read. */
  resume(): void {}
}

/** A request as handlers know it, read here or by `node:http`. */
export type AnyRequest = IncomingMessage | PlainRequest;

export interface PlainParts {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly body: Buffer;
  /** Bytes of the request. */
  readonly length: number;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const VERSION = ' HTTP/1.1';
/** Less than the limit of the server behind, which counts fewer bytes. */
const MAX_HEAD_BYTES = 16 * 1024 - 1;
const MAX_HEADERS = 100;
const MAX_BODY_BYTES = 64 * 1024;

/** In the form of a path, without a fragment. */
const TARGET = /^\/[!"$-~]*$/;
/** Fewer names than HTTP allows: no usual client sends others. */
const NAME = /^[A-Za-z0-9][\w-]*$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const LENGTH = /^(?:0|[1-9]\d{0,4})$/;
const SPACE = 0x20;
const TAB = 0x09;
const NOTHING = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');

/** Names that change how a message is read, or who reads the rest of the connection. */
const NOT_PLAIN: ReadonlySet<string> = new Set([
  'expect',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The request with which `bytes` begin. Undefined for everything that could be read in two ways, that needs more than
 * these bytes, or that is merely rare: then `node:http` decides.
 */
export function readPlain(bytes: Buffer): PlainParts | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0 || headEnd + HEAD_END.length > MAX_HEAD_BYTES) return undefined;
  // with the line break of the last header
  const text = bytes.toString('latin1', 0, headEnd + 2);
  const lineEnd = text.indexOf('\r\n');
  const methodEnd = text.indexOf(' ');
  const urlEnd = lineEnd - VERSION.length;
  if (urlEnd <= methodEnd || !text.startsWith(VERSION, urlEnd)) return undefined;
  const method = text.slice(0, methodEnd);
  const url = text.slice(methodEnd + 1, urlEnd);
  if (!METHODS.has(method) || !TARGET.test(url)) return undefined;
  const read = readHeaders(text, lineEnd + 2);
  if (read === undefined) return undefined;
  const { host, connection, 'content-length': declared } = read.headers;
  if (host === undefined || (connection !== undefined && connection.toLowerCase() !== 'keep-alive')) return undefined;
  if (declared !== undefined && !LENGTH.test(declared)) return undefined;
  const bodyBytes = Number(declared ?? 0);
  const bodyAt = headEnd + HEAD_END.length;
  const length = bodyAt + bodyBytes;
  if (bodyBytes > MAX_BODY_BYTES || length > bytes.length) return undefined;
  return { method, url, ...read, body: bodyBytes === 0 ? NOTHING : bytes.subarray(bodyAt, length), length };
}

/** Undefined unless each line is one header of its own name. */
function readHeaders(text: string, from: number): Pick<PlainParts, 'headers' | 'rawHeaders'> | undefined {
  const headers: IncomingHttpHeaders = bareObject<string>();
  const rawHeaders: string[] = [];
  for (let at = from; at < text.length; ) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > end) return undefined;
    const name = text.slice(at, colon);
    const value = withoutSpace(text, colon + 1, end);
    if (!NAME.test(name) || !VALUE.test(value)) return undefined;
    const lower = name.toLowerCase();
    if (NOT_PLAIN.has(lower) || lower in headers) return undefined;
    // the only header that always is a list
    if (lower === 'set-cookie') return undefined;
    headers[lower] = value;
    if (rawHeaders.push(name, value) > 2 * MAX_HEADERS) return undefined;
    at = end + 2;
  }
  return { headers, rawHeaders };
}

/** Spaces and tabs only: `trim` would also cut bytes that belong to the value. */
function withoutSpace(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}
