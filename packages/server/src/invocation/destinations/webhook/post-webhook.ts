import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AllowedHosts, InternalAddressError, lookupFor } from '../../../lib/outgoing-address.ts';

/** From the DNS lookup to the end of the response. */
const TIMEOUT_MS = 10_000;
/** The rest of a response is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;
const SHOWN_CHARS = 300;
/** Status codes of temporary refusals. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

export interface WebhookPost {
  readonly url: URL;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** `refused`: another attempt would fail the same way. */
export type WebhookAnswer =
  | { readonly kind: 'taken'; readonly status: number }
  | { readonly kind: 'failed' | 'refused'; readonly status?: number; readonly message: string };

/**
 * Sends one POST to an address that a user gave; internal addresses must be in `allowed`. Redirects are not followed.
 * Never rejects.
 */
export async function postWebhook(post: WebhookPost, allowed: AllowedHosts): Promise<WebhookAnswer> {
  try {
    const response = await send(post, allowed);
    const status = response.statusCode ?? 0;
    const text = await firstOf(response);
    if (status >= 200 && status < 300) return { kind: 'taken', status };
    const again = status >= 500 || PASSING.has(status);
    const message = `${post.url.host} answered ${status}${text === '' ? '' : `: ${text}`}`;
    return { kind: again ? 'failed' : 'refused', status, message };
  } catch (error) {
    if (error instanceof InternalAddressError) return { kind: 'refused', message: error.message };
    return { kind: 'failed', message: `${post.url.host} cannot be reached: ${whyOf(error)}` };
  }
}

function send({ url, body, headers, signal }: WebhookPost, allowed: AllowedHosts): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      lookup: lookupFor(url, allowed),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: { ...headers, 'Content-Length': String(body.byteLength) },
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

/** The beginning of a response body. Only status and headers count, so a truncated body is no error. */
async function firstOf(response: IncomingMessage): Promise<string> {
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of response) {
      const piece = chunk as Buffer;
      bytes += piece.length;
      if (text.length < SHOWN_CHARS) text += piece.toString('utf8');
      if (bytes > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // a truncated body is no error
  } finally {
    response.destroy();
  }
  return text.slice(0, SHOWN_CHARS);
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
