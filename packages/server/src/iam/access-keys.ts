import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../lib/clock.ts';
import { HmacKey } from '../lib/hmac-key.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Sealer } from '../lib/sealer.ts';
import { Secret } from '../lib/secret.ts';
import type { ChangeFeed } from '../storage/index.ts';
import { type Changes, missing } from './change.ts';
import type { Directory } from './directory.ts';
import type { IdentityStore, StoredKey } from './identity-store.ts';
import type { AccessKey, Caller } from './types.ts';

/** Of one user: a second one to change over to. */
export const MAX_KEYS = 2;
const WRITE_USE_EVERY_MS = 60_000;

interface Entry {
  stored: StoredKey;
  readonly key: HmacKey;
  caller: Caller;
  lastUsedAt: number | null;
}

export interface KeyChange {
  readonly enabled?: boolean;
  readonly description?: string;
}

/** The caller that changes a key. */
export interface KeySwitcher {
  readonly id: string;
  /** Whether the caller has the right to change the keys of others. */
  readonly mayChangeOthers: boolean;
}

export interface AccessKeysOptions {
  readonly store: IdentityStore;
  readonly directory: Directory;
  readonly sealer: Sealer;
  readonly changes: Changes;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Permanent keys of users. All in memory: a signed call reads no database. */
export class AccessKeys {
  readonly #options: AccessKeysOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #used = new Set<Entry>();
  #timer: Timer | undefined;

  constructor(options: AccessKeysOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { feed, store } = this.#options;
    await feed.follow('access-key', async (accessKeys) => {
      const rows = await store.keys(accessKeys);
      const found = new Set(rows.map(({ accessKey }) => accessKey));
      for (const accessKey of accessKeys ?? [...this.#entries.keys()]) if (!found.has(accessKey)) this.#drop(accessKey);
      for (const stored of rows) this.#keep(stored);
    });
    // The directory follows users too, and has their new names before this.
    await feed.follow('user', async (userIds) => this.#renameUsers(userIds));
    this.#writeLater();
  }

  /** Writes when keys were last used. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#writeUse();
  }

  /** Undefined for a key that is unknown or disabled, or whose user is. */
  readonly hmacOf = (accessKey: string): HmacKey | undefined => this.#usable(accessKey)?.key;

  /** Undefined as for `hmacOf`. */
  secretOf(accessKey: string): Secret | undefined {
    const entry = this.#usable(accessKey);
    return entry === undefined ? undefined : new Secret(this.#options.sealer.open(entry.stored.sealedSecret));
  }

  /** The user of a key that was just verified; notes the use. */
  used(accessKey: string): Caller | undefined {
    const entry = this.#usable(accessKey);
    if (entry === undefined) return undefined;
    entry.lastUsedAt = this.#options.clock.now();
    this.#used.add(entry);
    return entry.caller;
  }

  of(userId: string): AccessKey[] {
    return [...this.#entries.values()].filter(({ stored }) => stored.userId === userId).map(shown);
  }

  find(accessKey: string): AccessKey | undefined {
    const entry = this.#entries.get(accessKey);
    return entry === undefined ? undefined : shown(entry);
  }

  /** The secret is shown only this once. Throws `not_found` for a deleted user, `identity_quota` for a third key. */
  create(userId: string, description: string): Promise<{ readonly key: AccessKey; readonly secretKey: string }> {
    const { store, sealer, clock } = this.#options;
    return this.#alone(userId, async () => {
      const accessKey = randomBytes(10).toString('hex').toUpperCase();
      const secretKey = randomBytes(30).toString('base64url');
      const key = { accessKey, userId, description, enabled: true, createdAt: clock.now(), lastUsedAt: null };
      const stored = { ...key, sealedSecret: sealer.seal(secretKey), disabledBy: '' };
      if ((await store.addKey(stored, MAX_KEYS)) === 'full') {
        throw new PlatformError('identity_quota', `the user has ${MAX_KEYS} access keys, the most allowed`, {
          hint: 'Delete an unused key first.',
        });
      }
      return { key, secretKey };
    });
  }

  /**
   * A disabled key is enabled by the principal that disabled it, or by one with the right to change keys of others.
   * Throws `not_found`, `forbidden`.
   */
  change(accessKey: string, change: KeyChange, by: KeySwitcher): Promise<AccessKey> {
    return this.#alone(this.find(accessKey)?.userId ?? '', async () => {
      const entry = this.#entries.get(accessKey);
      if (entry === undefined) throw missing('access key', accessKey);
      const switched = switchKey(entry.stored, change.enabled, by);
      const stored = { ...entry.stored, ...change, ...switched, lastUsedAt: entry.lastUsedAt };
      await this.#options.store.replaceKey(stored);
      return shown({ ...entry, stored });
    });
  }

  remove(accessKey: string): Promise<void> {
    return this.#alone(this.find(accessKey)?.userId ?? '', () => this.#options.store.removeKey(accessKey));
  }

  /**
   * Keys change in sequence with the identities of the account, so that no key is made for a user while it is deleted.
   */
  #alone<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const { directory, changes } = this.#options;
    const domainId = directory.users.get(userId)?.domainId ?? '';
    return changes.run(domainId, () => {
      if (!directory.users.has(userId)) throw missing('user', userId);
      return work();
    });
  }

  #usable(accessKey: string): Entry | undefined {
    const entry = this.#entries.get(accessKey);
    if (entry === undefined || !entry.stored.enabled) return undefined;
    return this.#options.directory.users.get(entry.stored.userId)?.enabled === true ? entry : undefined;
  }

  #callerOf({ userId, accessKey }: StoredKey): Caller | undefined {
    const user = this.#options.directory.users.get(userId);
    if (user === undefined) return undefined;
    const { name, domainId } = user;
    return { userId, userName: name, domainId, principal: { kind: 'user', id: userId }, accessKey };
  }

  #keep(stored: StoredKey): void {
    const caller = this.#callerOf(stored);
    if (caller === undefined) return;
    const known = this.#entries.get(stored.accessKey);
    if (known !== undefined) {
      // Its secret never changes, and its last use is newer here than in the row.
      known.stored = stored;
      return;
    }
    const key = new HmacKey(this.#options.sealer.open(stored.sealedSecret));
    this.#entries.set(stored.accessKey, { stored, key, caller, lastUsedAt: stored.lastUsedAt });
  }

  #renameUsers(userIds: ReadonlySet<string> | undefined): void {
    for (const entry of this.#entries.values()) {
      if (userIds?.has(entry.stored.userId) === false) continue;
      entry.caller = this.#callerOf(entry.stored) ?? entry.caller;
    }
  }

  #drop(accessKey: string): void {
    const entry = this.#entries.get(accessKey);
    this.#entries.delete(accessKey);
    if (entry !== undefined) this.#used.delete(entry);
  }

  #writeLater(): void {
    this.#timer = this.#options.clock.after(WRITE_USE_EVERY_MS, () => {
      this.#writeUse().catch(this.#options.onError);
      this.#writeLater();
    });
  }

  async #writeUse(): Promise<void> {
    const entries = [...this.#used];
    this.#used.clear();
    for (const { stored, lastUsedAt } of entries) {
      if (lastUsedAt !== null) await this.#options.store.setLastUse(stored.accessKey, lastUsedAt);
    }
  }
}

/** The principal that disabled a key, after a change. Throws `forbidden`. */
function switchKey(
  { userId, enabled, disabledBy }: StoredKey,
  requested: boolean | undefined,
  by: KeySwitcher,
): { disabledBy: string } | undefined {
  if (requested === undefined || (requested && enabled)) return undefined;
  if (requested) {
    if (by.mayChangeOthers || disabledBy === by.id) return { disabledBy: '' };
    throw new PlatformError('forbidden', 'An administrator disabled this access key.', {
      hint: 'Ask an administrator to enable it, or delete the key and create another one.',
    });
  }
  // a repetition by the user keeps the administrator's decision
  return !enabled && by.id === userId ? undefined : { disabledBy: by.id };
}

function shown({ stored, lastUsedAt }: Entry): AccessKey {
  const { accessKey, userId, description, enabled, createdAt } = stored;
  return { accessKey, userId, description, enabled, createdAt, lastUsedAt };
}
