import type { Sealer } from '../../lib/sealer.ts';

/** As senders of the Standard Webhooks specification expect it. */
const PREFIX = 'whsec_';

/** The secret of a trigger proves its senders. It is made of the id, so that none is stored. */
export class EventSecrets {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The 32 bytes that sign events. */
  keyOf(triggerId: string): Buffer {
    return Buffer.from(this.#sealer.fingerprint(`event webhook ${triggerId}`), 'hex');
  }

  /** The text that users copy. */
  of(triggerId: string): string {
    return secretText(this.keyOf(triggerId));
  }
}

export function secretText(key: Buffer): string {
  return PREFIX + key.toString('base64');
}
