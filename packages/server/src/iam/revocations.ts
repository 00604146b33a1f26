import type { Clock } from '../lib/clock.ts';
import type { ChangeFeed } from '../storage/index.ts';
import { identityQuota } from './change.ts';
import type { RevocationStore, RevokedToken } from './revocation-store.ts';
import type { Sessions } from './sessions.ts';

/** Revoked tokens of an account that would still be valid. */
const MOST_OF_ACCOUNT = 10_000;

export interface RevocationsOptions {
  readonly store: RevocationStore;
  readonly feed: ChangeFeed;
  readonly sessions: Pick<Sessions, 'revoke'>;
  readonly clock: Clock;
  readonly mostOfAccount?: number;
}

/** Tokens that ended early, on all servers; they are stored until they would have ended. */
export class Revocations {
  readonly #options: RevocationsOptions;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, feed, sessions } = this.#options;
    await feed.follow('revoked-token', async (ids) => {
      for (const { id, expiresAt } of await store.load(ids)) sessions.revoke(id, expiresAt);
    });
  }

  /** Resolves when the token is void here. Throws `identity_quota`. */
  async add(token: RevokedToken): Promise<void> {
    const { store, feed, clock, mostOfAccount = MOST_OF_ACCOUNT } = this.#options;
    await store.removeOver(clock.now());
    if ((await store.add(token, mostOfAccount)) === 'full') throw identityQuota(mostOfAccount, 'revoked tokens');
    await feed.caughtUp();
  }
}
