import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ChangeFeed, Replica } from '../../storage/index.ts';
import type { ResourceShares, ShareStore } from './share-store.ts';
import type { Share, ShareHolder, ShareKind, Tenants } from './types.ts';

export interface SharesOptions {
  readonly store: ShareStore;
  readonly feed: ChangeFeed;
  readonly tenants: Tenants;
  readonly clock: Clock;
}

const MAX_SHARES = 10_000;

/**
 * Which accounts and projects may use a file system, network or image of the machine. The operator's account may use
 * all of them, other accounts only those shared with them. All shares are in memory; a change is durable when its
 * promise resolves.
 */
export class Shares {
  readonly #options: SharesOptions;
  readonly #shares: Replica<ResourceShares>;
  readonly #changes = new KeyLock();
  readonly #listeners: ((kind: ShareKind, resource: string) => void)[] = [];

  constructor(options: SharesOptions) {
    this.#options = options;
    this.#shares = new Replica({
      feed: options.feed,
      topic: 'share',
      load: (resources) => options.store.load(resources),
      keyOf: ({ resource }) => resource,
      onChange: (after, before) => this.#changed(after, before),
    });
  }

  start(): Promise<void> {
    return this.#shares.start();
  }

  /** Calls `listener` after each change, when answers of `mayUse` may differ. */
  onChange(listener: (kind: ShareKind, resource: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads memory only. */
  mayUse(kind: ShareKind, resource: string, projectId: string): boolean {
    const account = this.#options.tenants.accountOf(projectId);
    if (account === undefined) return false;
    if (account.operator || this.#isShared(kind, resource, { kind: 'account', id: account.id })) return true;
    return this.#isShared(kind, resource, { kind: 'project', id: projectId });
  }

  /** Oldest first, without those of deleted accounts and projects. */
  list(): Share[] {
    return this.#all()
      .filter(({ holder }) => this.#exists(holder))
      .sort((a, b) => a.createdAt - b.createdAt);
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
      if (this.#isShared(kind, resource, holder)) return;
      if (this.#all().length >= MAX_SHARES) await this.#removeOrphans();
      if (this.#all().length >= MAX_SHARES) {
        throw new PlatformError('invalid_request', `a machine has at most ${MAX_SHARES} shares`, {
          hint: 'Share with an account instead of each of its projects.',
        });
      }
      await this.#options.store.insert(share);
      await this.#shares.caughtUp();
    });
  }

  /** Throws `not_found`. */
  remove(kind: ShareKind, resource: string, holder: ShareHolder): Promise<void> {
    return this.#changes.run('', async () => {
      if (!this.#isShared(kind, resource, holder)) {
        throw new PlatformError('not_found', `it is not shared with this ${holder.kind}`, {
          hint: 'List shares with: fgs shares list',
        });
      }
      await this.#options.store.remove({ kind, resource, holder });
      await this.#shares.caughtUp();
    });
  }

  /** For a resource that was removed: one of the same name later starts without shares. */
  removeAll(kind: ShareKind, resource: string): Promise<void> {
    return this.#changes.run('', async () => {
      await this.#options.store.removeAll(kind, resource);
      await this.#shares.caughtUp();
    });
  }

  #exists({ kind, id }: ShareHolder): boolean {
    const { tenants } = this.#options;
    return (kind === 'account' ? tenants.account(id) : tenants.project(id)) !== undefined;
  }

  async #removeOrphans(): Promise<void> {
    for (const share of this.#all()) if (!this.#exists(share.holder)) await this.#options.store.remove(share);
    await this.#shares.caughtUp();
  }

  #all(): Share[] {
    return [...this.#shares.values()].flatMap(({ shares }) => shares);
  }

  #isShared(kind: ShareKind, resource: string, holder: ShareHolder): boolean {
    const shares = this.#shares.get(resource)?.shares ?? [];
    return shares.some((one) => one.kind === kind && one.holder.kind === holder.kind && one.holder.id === holder.id);
  }

  #changed(after: ResourceShares | undefined, before: ResourceShares | undefined): void {
    const kinds = new Set([...(after?.shares ?? []), ...(before?.shares ?? [])].map(({ kind }) => kind));
    const resource = after?.resource ?? before?.resource ?? '';
    for (const kind of kinds) for (const listener of this.#listeners) listener(kind, resource);
  }
}
