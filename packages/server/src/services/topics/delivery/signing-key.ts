import { createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../../lib/clock.ts';
import type { Sealer } from '../../../lib/sealer.ts';
import { selfSignedCertificate } from './certificate.ts';
import type { SigningKeyStore } from './signing-key-store.ts';

export interface SigningKeyOptions {
  readonly store: Pick<SigningKeyStore, 'find' | 'add'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly region: string;
}

interface Loaded {
  readonly privateKey: KeyObject;
  readonly certificate: string;
}

/** The key of the platform that signs messages to http and https endpoints. Servers of one database share it. */
export class SigningKey {
  readonly #options: SigningKeyOptions;
  #loaded: Promise<Loaded> | undefined;

  constructor(options: SigningKeyOptions) {
    this.#options = options;
  }

  /** PEM. */
  async certificate(): Promise<string> {
    return (await this.#load()).certificate;
  }

  /** SHA-256 with RSA, in Base64. */
  async sign(text: string): Promise<string> {
    const { privateKey } = await this.#load();
    return sign('sha256', Buffer.from(text), privateKey).toString('base64');
  }

  #load(): Promise<Loaded> {
    this.#loaded ??= this.#findOrMake().catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #findOrMake(): Promise<Loaded> {
    const { store, sealer, clock, region } = this.#options;
    let stored = await store.find();
    if (stored === undefined) {
      const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
      const certificate = selfSignedCertificate(privateKey, `Funcgraph topics ${region}`, clock.now());
      await store.add({ privateKey: sealer.seal(pem.toString()), certificate });
      stored = await store.find();
    }
    if (stored === undefined) throw new Error('the signing key was not stored');
    return { privateKey: createPrivateKey(sealer.open(stored.privateKey)), certificate: stored.certificate };
  }
}
