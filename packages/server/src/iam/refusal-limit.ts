import type { AuditEntry } from './audit-store.ts';

const MINUTE_MS = 60_000;
const OF_USER = 60;
const OF_ACCOUNT = 600;

/** `omitted`: the first one of its account in this minute that is not recorded. */
export type Recording = 'recorded' | 'omitted' | 'silently omitted';

/**
 * Limits the records of refused requests, which cost their sender nothing: in a minute 60 of a user and 600 of an
 * account. Failed logins of an account, and those with an unknown one, count as those of one more user.
 */
export class RefusalLimit {
  #minute = 0;
  #users = new Map<string, number>();
  #accounts = new Map<string, { recorded: number; omitted: boolean }>();

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
    if (ofUser < OF_USER && account.recorded < OF_ACCOUNT) {
      this.#users.set(user, ofUser + 1);
      account.recorded += 1;
      return 'recorded';
    }
    const first = !account.omitted;
    account.omitted = true;
    return first ? 'omitted' : 'silently omitted';
  }
}
