import type { Sealer } from '../../lib/sealer.ts';

/** As senders of the Standard Webhooks specification expect it. */
const PREFIX = 'whsec_';

/** What a secret is made of. */
export interface SecretOwner {
  readonly id: string;
  readonly secretSeed?: string | undefined;
}

/** The secret of a trigger proves its senders. It is made of the id, so that none is stored. */
export class EventSecrets {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The 32 bytes that sign events. */
  keyOf({ id, secretSeed = '' }: SecretOwner): Buffer {
    return Buffer.from(this.#sealer.fingerprint(`event webhook ${id} ${secretSeed}`), 'hex');
  }

  /** The text that users copy. */
  of(trigger: SecretOwner): string {
    return secretText(this.keyOf(trigger));
  }
}

export function secretText(key: Buffer): string {
  return PREFIX + key.toString('base64');
}
