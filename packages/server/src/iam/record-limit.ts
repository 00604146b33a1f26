import type { AuditEntry } from './audit-store.ts';

const MINUTE_MS = 60_000;

/** Records of a minute. */
export interface MostRecords {
  readonly ofUser: number;
  readonly ofAccount: number;
}

/** `omitted`: the first one of its account in this minute that is not recorded. */
export type Recording = 'recorded' | 'omitted' | 'silently omitted';

/**
 * Limits the records of requests that cost their sender next to nothing, in each minute. Failed logins of an account, and
 * those with an unknown one, count as those of one more user.
 */
export class RecordLimit {
  readonly #most: MostRecords;
  #minute = 0;
  #users = new Map<string, number>();
  #accounts = new Map<string, { recorded: number; omitted: boolean }>();

  constructor(most: MostRecords) {
    this.#most = most;
  }

  admit({ at, domainId, userId }: Pick<AuditEntry, 'at' | 'domainId' | 'userId'>): Recording {
    const minute = Math.floor(at / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#users.clear();
      this.#accounts.clear();
    }
    const user = `${domainId} ${userId}`;
    const ofUser = this.#users.get(user) ?? 0;
    const account = this.#accounts.get(domainId) ?? { recorded: 0, omitted: false };
    this.#accounts.set(domainId, account);
    if (ofUser < this.#most.ofUser && account.recorded < this.#most.ofAccount) {
      this.#users.set(user, ofUser + 1);
      account.recorded += 1;
      return 'recorded';
    }
    const first = !account.omitted;
    account.omitted = true;
    return first ? 'omitted' : 'silently omitted';
  }
}
