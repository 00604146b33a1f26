import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';
import { PlatformError } from '../../lib/platform-error.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
const READ_HEADERS: ReadonlySet<string> = new Set(['content-type', 'www-authenticate']);

export interface IssuerRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export type IssuerFetch = (url: string, request: IssuerRequest) => Promise<Response>;

/**
 * Requests to the issuer, which the operator chose: it may be in the own network. Certificates are always checked,
 * redirects are not followed, time and size are limited. Throws `issuer_unavailable`.
 */
export function issuerFetch(ca: string | undefined): IssuerFetch {
  const trust = ca === undefined ? {} : { ca: [...getCACertificates(), ca] };
  return async (url, { method, headers, body }) => {
    const isTls = url.startsWith('https:');
    try {
      const incoming = await new Promise<IncomingMessage>((done, failed) => {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const outgoing = isTls
          ? requestHttps(url, { method, headers, signal, minVersion: 'TLSv1.2', ...trust }, done)
          : requestHttp(url, { method, headers, signal }, done);
        outgoing.on('error', failed);
        outgoing.end(body === undefined || body === null ? undefined : String(body));
      });
      const bytes = await read(incoming);
      const { statusCode = 0 } = incoming;
      if (statusCode < 200 || statusCode >= 500) throw new Error(`it answered ${statusCode}`);
      const headersToRead = Object.entries(incoming.headers).filter(([name]) => READ_HEADERS.has(name));
      const answer = {
        status: statusCode,
        headers: headersToRead.map(([name, value]): [string, string] => [name, String(value)]),
      };
      return new Response(bytes.length === 0 ? null : bytes, answer);
    } catch (cause) {
      throw unavailable(cause);
    }
  };
}

export function unavailable(cause: unknown): PlatformError {
  return new PlatformError('issuer_unavailable', 'The sign-in service cannot be used now.', {
    hint: 'Try again, or sign in with a password. The log of the server has the reason.',
    cause,
  });
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('its answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
