import type { Clock, Timer } from '../../lib/clock.ts';
import { type Authority, CERTIFICATE_MS, type NodeCredentials } from './authority.ts';

/** Of the life of a certificate that remains when it is renewed. */
const RENEW_BEFORE_MS = CERTIFICATE_MS / 3;
/** Timers cannot wait longer than 24 days. */
const LOOK_MS = 24 * 3_600_000;

export interface CredentialsOptions {
  readonly authority: Pick<Authority, 'issue'>;
  readonly home: string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The credentials of this node. They are renewed long before they end. */
export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #listeners = new Set<() => void>();
  #current: NodeCredentials;
  #timer: Timer | undefined;

  private constructor(options: CredentialsOptions, first: NodeCredentials) {
    this.#options = options;
    this.#current = first;
    this.#lookLater();
  }

  static async open(options: CredentialsOptions): Promise<Credentials> {
    return new Credentials(options, await options.authority.issue(options.home));
  }

  get current(): NodeCredentials {
    return this.#current;
  }

  /** Calls back when they were renewed. */
  onRenewed(listener: () => void): void {
    this.#listeners.add(listener);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      this.#lookLater();
      if (this.#current.endsAt - this.#options.clock.now() > RENEW_BEFORE_MS) return;
      this.#renew().catch(this.#options.onError);
    });
  }

  async #renew(): Promise<void> {
    this.#current = await this.#options.authority.issue(this.#options.home);
    for (const listener of this.#listeners) listener();
  }
}
