import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { type AllowedHosts, InternalAddressError, lookupFor } from '../lib/outgoing-address.ts';
import { PlatformError } from '../lib/platform-error.ts';

const MAX_REDIRECTS = 3;
const TIMEOUT_MS = 120_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The bytes behind an http or https address, as they arrive, within two minutes; the reader limits their number.
 * Internal addresses are refused, also behind a name or a redirection, unless their host is listed. Throws
 * `invalid_url` or `archive_not_fetched`.
 */
export async function* fetchArchive(link: string, hosts: AllowedHosts): AsyncGenerator<Uint8Array> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let url = parseLink(link);
  for (let redirects = 0; ; redirects++) {
    const response = await open(url, hosts, signal);
    try {
      const status = response.statusCode ?? 0;
      if (REDIRECTS.has(status) && response.headers.location !== undefined) {
        if (redirects === MAX_REDIRECTS) throw notFetched(url, `it redirects more than ${MAX_REDIRECTS} times`);
        url = parseLink(new URL(response.headers.location, url).href);
        continue;
      }
      if (status !== 200) throw notFetched(url, `the answer is ${status}`);
      yield* chunks(response, url);
      return;
    } finally {
      response.destroy();
    }
  }
}

/** Throws `invalid_url` for everything but a plain http or https address. */
export function parseLink(link: string): URL {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new PlatformError('invalid_url', `${JSON.stringify(link.slice(0, 120))} is not an http or https address`, {
      hint: 'Give the address under which the bucket serves the object.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new PlatformError('invalid_url', 'an address must not carry a password', { hint: 'Use a signed address.' });
  }
  return url;
}

async function* chunks(response: IncomingMessage, url: URL): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (cause) {
    throw notFetched(url, 'the connection broke or took too long', cause);
  }
  if (!response.complete) throw notFetched(url, 'the connection broke');
}

function open(url: URL, hosts: AllowedHosts, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void =>
      reject(cause instanceof InternalAddressError ? internal(url) : notFetched(url, 'it cannot be reached', cause));
    try {
      const request = get(url, { agent: false, signal, lookup: lookupFor(url, hosts) }, resolve);
      request.on('error', failed);
    } catch (error) {
      failed(error);
    }
  });
}

function internal(url: URL): PlatformError {
  return new PlatformError('invalid_url', `${url.host} is inside the server's own network`, {
    hint: `The operator can allow it: start the server with FGS_LINK_HOSTS=${url.host}`,
  });
}

function notFetched({ host }: URL, why: string, cause?: unknown): PlatformError {
  return new PlatformError('archive_not_fetched', `nothing came from ${host}: ${why}`, { cause });
}
