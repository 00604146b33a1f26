import { createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

const TAGS = { integer: 0x02, bits: 0x03, null: 0x05, oid: 0x06, text: 0x0c, time: 0x18, sequence: 0x30, set: 0x31 };
/** Object identifiers in their encoded form. */
const OIDS = { sha256WithRsa: '2a864886f70d01010b', commonName: '550403' };
const YEAR_MS = 365 * 24 * 3600 * 1000;
/** A receiver that has the certificate trusts its key; there is no issuer that could renew it. */
const YEARS = 20;

/** A certificate that an RSA key signs for itself, as PEM. It lets receivers load the public key as they know it. */
export function selfSignedCertificate(privateKey: KeyObject, commonName: string, now: number): string {
  const algorithm = der(TAGS.sequence, oid(OIDS.sha256WithRsa), der(TAGS.null));
  const name = der(
    TAGS.sequence,
    der(TAGS.set, der(TAGS.sequence, oid(OIDS.commonName), der(TAGS.text, Buffer.from(commonName)))),
  );
  const validity = der(TAGS.sequence, time(now - YEAR_MS / 365), time(now + YEARS * YEAR_MS));
  // positive, and not zero
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const body = der(TAGS.sequence, der(TAGS.integer, serial), algorithm, name, validity, name, publicKey);
  const signature = sign('sha256', body, privateKey);
  const whole = der(TAGS.sequence, body, algorithm, der(TAGS.bits, Buffer.from([0]), signature));
  return new X509Certificate(whole).toString();
}

/** One element in the distinguished encoding of ASN.1. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content]);
}

function oid(hex: string): Buffer {
  return der(TAGS.oid, Buffer.from(hex, 'hex'));
}

/** `20260101000000Z` */
function time(ms: number): Buffer {
  return der(TAGS.time, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}
