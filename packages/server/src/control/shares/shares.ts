import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ShareStore } from './share-store.ts';
import type { Share, ShareHolder, ShareKind, Tenants } from './types.ts';

export interface SharesOptions {
  readonly store: ShareStore;
  readonly tenants: Tenants;
  readonly clock: Clock;
}

const MAX_SHARES = 10_000;

const keyOf = (kind: ShareKind, resource: string, holder: ShareHolder): string =>
  JSON.stringify([kind, resource, holder.kind, holder.id]);

/**
 * Which accounts and projects may use a file system, network or image of the machine. The operator's account may use
 * all of them, other accounts only those shared with them. All shares are in memory; a change is durable when its
 * promise resolves.
 */
export class Shares {
  readonly #options: SharesOptions;
  readonly #byKey = new Map<string, Share>();
  readonly #changes = new KeyLock();
  readonly #listeners: ((kind: ShareKind, resource: string) => void)[] = [];

  constructor(options: SharesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const share of await this.#options.store.all()) this.#put(share);
  }

  /** Calls `listener` after each change, when answers of `mayUse` may differ. */
  onChange(listener: (kind: ShareKind, resource: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads memory only. */
  mayUse(kind: ShareKind, resource: string, projectId: string): boolean {
    const account = this.#options.tenants.accountOf(projectId);
    if (account === undefined) return false;
    if (account.operator || this.#byKey.has(keyOf(kind, resource, { kind: 'account', id: account.id }))) return true;
    return this.#byKey.has(keyOf(kind, resource, { kind: 'project', id: projectId }));
  }

  /** Oldest first, without those of deleted accounts and projects. */
  list(): Share[] {
    return [...this.#byKey.values()].filter(({ holder }) => this.#exists(holder));
  }

  /** Of one file system, network or image. */
  holders(kind: ShareKind, resource: string): ShareHolder[] {
    return this.list().flatMap((share) => (share.kind === kind && share.resource === resource ? [share.holder] : []));
  }

  /** Exactly one of both is given. Throws `invalid_request`, `not_found`. */
  holder(named: { readonly account?: string | undefined; readonly project?: string | undefined }): ShareHolder {
    const { tenants } = this.#options;
    const { account, project } = named;
    if ((account === undefined) === (project === undefined)) {
      throw new PlatformError('invalid_request', 'give either account or project');
    }
    const kind = account === undefined ? 'project' : 'account';
    const found = account === undefined ? tenants.project(project ?? '') : tenants.account(account);
    if (found !== undefined) return { kind, id: found.id };
    throw new PlatformError('not_found', `${kind} ${(account ?? project ?? '').slice(0, 80)} does not exist`, {
      hint: kind === 'account' ? 'List accounts with: fgs iam accounts list' : 'Give the id of the project.',
    });
  }

  /** Does nothing when it is shared already. Throws `invalid_request` for too many. */
  add(kind: ShareKind, resource: string, holder: ShareHolder): Promise<void> {
    return this.#changes.run('', async () => {
      const share = { kind, resource, holder, createdAt: this.#options.clock.now() };
      if (this.#byKey.has(keyOf(kind, resource, holder))) return;
      if (this.#byKey.size >= MAX_SHARES) await this.#removeOrphans();
      if (this.#byKey.size >= MAX_SHARES) {
        throw new PlatformError('invalid_request', `a machine has at most ${MAX_SHARES} shares`, {
          hint: 'Share with an account instead of each of its projects.',
        });
      }
      await this.#options.store.insert(share);
      this.#put(share);
      this.#changed(kind, resource);
    });
  }

  /** Throws `not_found`. */
  remove(kind: ShareKind, resource: string, holder: ShareHolder): Promise<void> {
    return this.#changes.run('', async () => {
      const key = keyOf(kind, resource, holder);
      if (!this.#byKey.has(key)) {
        throw new PlatformError('not_found', `it is not shared with this ${holder.kind}`, {
          hint: 'List shares with: fgs shares list',
        });
      }
      await this.#options.store.remove({ kind, resource, holder });
      this.#byKey.delete(key);
      this.#changed(kind, resource);
    });
  }

  /** For a resource that was removed: one of the same name later starts without shares. */
  removeAll(kind: ShareKind, resource: string): Promise<void> {
    return this.#changes.run('', async () => {
      await this.#options.store.removeAll(kind, resource);
      for (const [key, share] of this.#byKey) {
        if (share.kind === kind && share.resource === resource) this.#byKey.delete(key);
      }
    });
  }

  #exists({ kind, id }: ShareHolder): boolean {
    const { tenants } = this.#options;
    return (kind === 'account' ? tenants.account(id) : tenants.project(id)) !== undefined;
  }

  async #removeOrphans(): Promise<void> {
    for (const [key, share] of this.#byKey) {
      if (this.#exists(share.holder)) continue;
      await this.#options.store.remove(share);
      this.#byKey.delete(key);
    }
  }

  #put(share: Share): void {
    this.#byKey.set(keyOf(share.kind, share.resource, share.holder), share);
  }

  #changed(kind: ShareKind, resource: string): void {
    for (const listener of this.#listeners) listener(kind, resource);
  }
}
