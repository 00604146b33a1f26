import { createHash, createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../lib/clock.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { AuthorityStore } from './authority-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Clocks of machines may differ. */
const EARLIER_MS = DAY_MS;
const AUTHORITY_MS = 20 * 365 * DAY_MS;
export const CERTIFICATE_MS = 30 * DAY_MS;
const COMMON_NAME = 'Funcgraph cluster';
/** Reserved for names that no resolver knows (RFC 6762, appendix G). */
const NODE_DOMAIN = 'node.internal';

/** What a node proves itself with, and what it checks others with. PEM. */
export interface NodeCredentials {
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** Ms since the epoch. */
  readonly endsAt: number;
}

export interface AuthorityOptions {
  readonly store: Pick<AuthorityStore, 'find' | 'add'>;
  readonly sealer: Sealer;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The authority of a cluster. Each member can open its key, and so issues its own certificate, which is never stored.
 * The first server makes it; of several at once, one.
 */
export class Authority {
  readonly certificate: string;
  readonly #privateKey: KeyObject;
  readonly #clock: Pick<Clock, 'now'>;

  private constructor(certificate: string, privateKey: KeyObject, clock: Pick<Clock, 'now'>) {
    this.certificate = certificate;
    this.#privateKey = privateKey;
    this.#clock = clock;
  }

  /** Throws `KeyFileError` when the stored one was sealed with another key. */
  static async open({ store, sealer, clock }: AuthorityOptions): Promise<Authority> {
    let sealed = await store.find();
    if (sealed === undefined) {
      await store.add(sealer.seal(JSON.stringify(await make(clock.now()))));
      sealed = await store.find();
    }
    if (sealed === undefined) throw new Error('the authority of the cluster was not stored');
    const { certificate, privateKey } = JSON.parse(sealer.open(sealed)) as Made;
    return new Authority(certificate, createPrivateKey(privateKey), clock);
  }

  /** SHA-256 of its certificate, hexadecimal. */
  get fingerprint(): string {
    return fingerprintOf(new X509Certificate(this.certificate));
  }

  /** A new key with a certificate for the node with this data directory. */
  async issue(home: string): Promise<NodeCredentials> {
    const { issueCertificate } = await import('./issue-certificate.ts');
    const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    const endsAt = this.#clock.now() + CERTIFICATE_MS;
    const certificate = issueCertificate(
      { commonName: home, publicKey, hostName: hostNameOf(home), from: this.#clock.now() - EARLIER_MS, until: endsAt },
      { commonName: COMMON_NAME, privateKey: this.#privateKey },
    );
    return { authority: this.certificate, certificate, privateKey: pem(privateKey), endsAt };
  }
}

interface Made {
  readonly certificate: string;
  readonly privateKey: string;
}

async function make(now: number): Promise<Made> {
  const { issueCertificate } = await import('./issue-certificate.ts');
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const certificate = issueCertificate(
    { commonName: COMMON_NAME, publicKey, from: now - EARLIER_MS, until: now + AUTHORITY_MS },
    { commonName: COMMON_NAME, privateKey },
  );
  return { certificate, privateKey: pem(privateKey) };
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** SHA-256, hexadecimal. */
export function fingerprintOf(certificate: Pick<X509Certificate, 'raw'>): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}

/** The host name in the certificate of a node. */
export function hostNameOf(home: string): string {
  return `${home}.${NODE_DOMAIN}`;
}

/** The data directory of the node with this certificate, which the authority must have issued. */
export function homeOf(certificate: Pick<X509Certificate, 'subjectAltName'> | undefined): string | undefined {
  const match = /^DNS:([0-9a-z-]{1,63})\.node\.internal$/.exec(certificate?.subjectAltName ?? '');
  return match?.[1];
}
