import { createHmac, timingSafeEqual } from 'node:crypto';
import { PlatformError } from '../../../lib/platform-error.ts';
import { secretText } from '../../../triggers/index.ts';

/** By header name, each value apart. */
export type DistinctHeaders = NodeJS.Dict<string[]>;

/** What a sender proves itself with: the secret, or a signature over the body (Standard Webhooks). */
export type Proof =
  | { readonly kind: 'secret'; readonly text: string }
  | { readonly kind: 'signature'; readonly signed: string; readonly signatures: readonly Buffer[] };

/** How far the time of a signature may be from that of the server. */
const TOLERANCE_MS = 5 * 60_000;
const SECONDS = /^\d{1,12}$/;
const MESSAGE_ID = /^[\x21-\x7e]{1,256}$/;
const MAX_SIGNATURES = 10;
const SIGNATURE_BYTES = 32;

/** From the head alone. Throws `event_refused` for a request that no body can make valid. */
export function readProof(headers: DistinctHeaders, nowMs: number): Proof {
  const authorization = onlyOne(headers.authorization);
  if (headers.authorization !== undefined) {
    const text = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) throw refused();
    return { kind: 'secret', text };
  }
  const id = onlyOne(headers['webhook-id']) ?? '';
  const timestamp = onlyOne(headers['webhook-timestamp']) ?? '';
  if (!MESSAGE_ID.test(id) || !SECONDS.test(timestamp)) throw refused();
  if (Math.abs(Number(timestamp) * 1000 - nowMs) > TOLERANCE_MS) throw refused();
  const signatures = signaturesIn(onlyOne(headers['webhook-signature']) ?? '');
  if (signatures.length === 0) throw refused();
  return { kind: 'signature', signed: `${id}.${timestamp}.`, signatures };
}

/** Throws `event_refused`. The body counts for signatures only. */
export function checkProof(proof: Proof, key: Buffer, body: Buffer): void {
  if (!isProven(proof, key, body)) throw refused();
}

/** The same answer for an unknown address and for a wrong secret. */
export function refused(): PlatformError {
  return new PlatformError('event_refused', 'No event webhook has this address and this secret.', {
    hint: 'Send the secret as Authorization: Bearer, or sign with webhook-id, webhook-timestamp and webhook-signature; see docs/guides/triggers.md.',
  });
}

function isProven(proof: Proof, key: Buffer, body: Buffer): boolean {
  if (proof.kind === 'secret') {
    const [given, expected] = [Buffer.from(proof.text), Buffer.from(secretText(key))];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
  const expected = createHmac('sha256', key).update(proof.signed).update(body).digest();
  return proof.signatures.some((signature) => timingSafeEqual(signature, expected));
}

/** Senders that renew their secret sign with both: `v1,... v1,...`. */
function signaturesIn(text: string): Buffer[] {
  return text
    .split(' ', MAX_SIGNATURES)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .filter(({ length }) => length === SIGNATURE_BYTES);
}

/** Undefined for none, and for several: two programs could read such a request differently. */
function onlyOne(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}
