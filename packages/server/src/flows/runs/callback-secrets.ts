import { timingSafeEqual } from 'node:crypto';
import { HmacKey } from '../../lib/hmac-key.ts';

const BYTES = 24;

/**
 * The ids of callbacks: `<node>.<secret>`, where the secret is made of the run and the node, and stored nowhere. A caller
 * that has the id got it from the run. In a loop all iterations have the same id, and `#<iteration>` is added to it.
 */
export class CallbackSecrets {
  readonly #key: HmacKey;

  constructor(key: string) {
    this.#key = new HmacKey(key);
  }

  idOf(run: string, node: string): string {
    return `${node}.${this.#secretOf(run, node)}`;
  }

  /** The key of the wait that the id names; undefined for an id that this run did not make. */
  keyOf(run: string, id: string): string | undefined {
    const [, node = '', secret = '', iteration = ''] = /^(.{1,300})\.([\w-]{32})(#\d{1,9})?$/s.exec(id) ?? [];
    const [right, claimed] = [Buffer.from(this.#secretOf(run, node)), Buffer.from(secret)];
    return right.length === claimed.length && timingSafeEqual(right, claimed) ? `${node}${iteration}` : undefined;
  }

  #secretOf(run: string, node: string): string {
    return this.#key.sign(JSON.stringify([run, node])).toString('base64url', 0, BYTES);
  }
}
