import { setTimeout as sleep } from 'node:timers/promises';
import { DOCUMENT_LIMITS, parseBoundedJson } from '../../lib/bounded-json.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import { ImageError } from '../errors.ts';
import type { Reference } from '../reference.ts';

/** The authentication that a registry requires. */
type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string };

const PARAMETER = /([a-zA-Z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g;
const MOST_CHARS = 4096;

/** Parses a `WWW-Authenticate` header; undefined for schemes other than the two that registries use. */
function parseChallenge(header: string): Challenge | undefined {
  const text = header.slice(0, MOST_CHARS);
  const scheme = /^\s*([A-Za-z]+)/.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme };
  if (scheme !== 'bearer') return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  const realm = parameters.get('realm');
  if (realm === undefined) return undefined;
  return { scheme, realm, service: parameters.get('service') ?? '', scope: parameters.get('scope') ?? '' };
}

export interface RegistryAccess {
  readonly username: string;
  readonly password: string;
  /** Without TLS: for registries on the machine or in a closed network. */
  readonly plainHttp: boolean;
  /** Pause before the first retry of a failed request; each further one is twice as long. */
  readonly retryMs?: number;
}

const HUB_HOST = 'registry-1.docker.io';
const ATTEMPTS = 4;
const RETRY_MS = 500;
const MOST_REDIRECTS = 5;
/** A request without a byte for this long fails. */
const PATIENCE_MS = 60_000;
const TOKEN_BYTES = 64 << 10;

interface Requested {
  readonly path: string;
  readonly accept: string;
  readonly signal: AbortSignal;
  /** Offset of the first byte, to continue an interrupted transfer. */
  readonly from?: number;
}

/**
 * Reads one repository of a registry (distribution API v2). Credentials are sent to the registry and to the token
 * service that it names, a token to the registry alone: a redirect to blob storage gets neither. Throws `registry`,
 * `registry-auth`, `registry-missing`.
 */
export class RegistryClient {
  readonly #reference: Reference;
  readonly #access: RegistryAccess;
  readonly #base: string;
  #authorization: string | undefined;

  constructor(reference: Reference, access: RegistryAccess) {
    this.#reference = reference;
    this.#access = access;
    const host = reference.registry === 'docker.io' ? HUB_HOST : reference.registry;
    this.#base = `${access.plainHttp ? 'http' : 'https'}://${host}`;
  }

  /** A small response as a whole, with retries. */
  async document(path: string, accept: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
    return this.#retried(signal, async () => readBounded(await this.#get({ path, accept, signal }), maxBytes));
  }

  /** A blob as a stream. An interrupted transfer is continued, a few times. */
  async *blob(digest: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let from = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.#get({ path: `blobs/${digest}`, accept: '*/*', signal, from });
        // A server without range support starts from the beginning.
        let skip = response.status === 206 ? 0 : from;
        for await (const chunk of patiently(response, signal)) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          from += fresh.length;
          if (fresh.length > 0) yield fresh;
        }
        return;
      } catch (error) {
        await this.#pause(error, attempt, signal);
      }
    }
  }

  async #retried<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        await this.#pause(error, attempt, signal);
      }
    }
  }

  /** Before the next attempt. Throws what the last one, or one that cannot be repeated, has to explain. */
  async #pause(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    if (attempt >= ATTEMPTS || !isTransient(error) || signal.aborted) throw explained(error, this.#base);
    await sleep(pauseAfter(attempt, { firstMs: this.#access.retryMs ?? RETRY_MS }), undefined, { signal });
  }

  async #get(requested: Requested): Promise<Response> {
    const url = `${this.#base}/v2/${this.#reference.repository}/${requested.path}`;
    let response = await this.#follow(url, requested);
    if (response.status === 401) {
      await response.body?.cancel();
      this.#authorization = await this.#authorize(response.headers.get('www-authenticate') ?? '', requested.signal);
      response = await this.#follow(url, requested);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(response.status, this.#reference);
  }

  /** Follows redirects itself, because only the registry may get the authorization. */
  async #follow(start: string, { accept, signal, from = 0 }: Requested): Promise<Response> {
    let url = new URL(start);
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const isOwn = url.origin === new URL(this.#base).origin;
      const response = await fetch(url, {
        redirect: 'manual',
        signal,
        headers: {
          Accept: accept,
          // Without it a proxy may compress the blob, which then does not match its digest.
          'Accept-Encoding': 'identity',
          ...(from > 0 ? { Range: `bytes=${from}-` } : {}),
          ...(isOwn && this.#authorization !== undefined ? { Authorization: this.#authorization } : {}),
        },
      });
      const location = response.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
      await response.body?.cancel();
      url = this.#checked(location, url);
    }
    throw new ImageError('registry', `${this.#base} redirects too often`);
  }

  async #authorize(header: string, signal: AbortSignal): Promise<string> {
    const { username, password } = this.#access;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const challenge = parseChallenge(header);
    if (challenge === undefined)
      throw new ImageError('registry-auth', `${this.#base} refuses access without naming an authentication scheme`);
    if (challenge.scheme === 'basic') {
      if (username === '') throw wrongLogin(this.#reference, username);
      return basic;
    }
    const url = this.#checked(challenge.realm, new URL(this.#base));
    if (challenge.service !== '') url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', challenge.scope || `repository:${this.#reference.repository}:pull`);
    const headers = username === '' ? {} : { Authorization: basic };
    const response = await fetch(url, { redirect: 'error', signal, headers });
    const bytes = await readBounded(response, TOKEN_BYTES);
    if (!response.ok) throw wrongLogin(this.#reference, username);
    return `Bearer ${tokenIn(bytes)}`;
  }

  /** Checks the target of a redirect: never from TLS to plain text. */
  #checked(location: string, from: URL): URL {
    const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const allowed = this.#access.plainHttp ? ['http:', 'https:'] : ['https:'];
    if (url !== undefined && allowed.includes(url.protocol) && url.username === '') return url;
    throw new ImageError('registry', `${this.#base} redirects to a forbidden address: ${location.slice(0, 200)}`);
  }
}

async function* patiently(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      signal.throwIfAborted();
      const quiet = new AbortController();
      const timer = sleep(PATIENCE_MS, 'quiet' as const, { signal: quiet.signal, ref: false });
      timer.catch(() => {});
      const next = await Promise.race([reader.read(), timer]).finally(() => quiet.abort());
      if (next === 'quiet') throw new TypeError(`no byte for ${PATIENCE_MS / 1000} seconds`);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new ImageError('too-large', `the registry sent a document of over ${maxBytes} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function tokenIn(bytes: Buffer): string {
  let token: unknown;
  try {
    const value = parseBoundedJson(bytes, DOCUMENT_LIMITS) as { token?: unknown; access_token?: unknown } | null;
    token = value?.token ?? value?.access_token;
  } catch {
    // The error is thrown below.
  }
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ImageError('registry-auth', 'the token service of the registry gave no token');
}

class Unavailable extends Error {}

/** fetch throws a TypeError for every network error. */
function isTransient(error: unknown): boolean {
  return error instanceof TypeError || error instanceof Unavailable;
}

function explained(error: unknown, base: string): unknown {
  if (!isTransient(error)) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ImageError('registry', `the registry ${base} cannot be read: ${why}`, {
    cause: error,
    hint: 'Check its name and the network; for one without TLS use --plain-http.',
  });
}

function refusal(status: number, reference: Reference): Error {
  if (status === 401 || status === 403) return wrongLogin(reference, '');
  if (status === 404) {
    return new ImageError('registry-missing', `the registry ${reference.registry} has no ${reference.name}`);
  }
  if (status === 429 || status >= 500) return new Unavailable(`it answered with status ${status}`);
  return new ImageError('registry', `the registry ${reference.registry} answered with status ${status}`);
}

function wrongLogin({ registry, name }: Reference, username: string): ImageError {
  return new ImageError(
    'registry-auth',
    `the registry ${registry} does not give ${name} to ${username || 'this caller'}`,
    {
      hint: 'Give --username and --password-stdin, and check that the image is spelled right.',
    },
  );
}
