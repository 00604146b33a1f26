import type { FileSystems, Networks, ShareKind, Shares } from '../../control/index.ts';
import { withoutTag } from '../../images/index.ts';
import type { Handlers } from '../http/handler.ts';

export interface ShareDeps {
  readonly shares: Shares;
  readonly fileSystems: FileSystems;
  readonly networks: Networks;
}

/** Accounts and projects that may use file systems, networks and images of the machine. */
export function shareHandlers({
  shares,
  fileSystems,
  networks,
}: ShareDeps): Handlers<'listShares' | 'addShare' | 'removeShare'> {
  /** The key under which a share is stored. Throws `not_found`. */
  const resourceOf = (kind: ShareKind, name: string): string => {
    if (kind === 'image') return withoutTag(name);
    return (kind === 'network' ? networks.show(name) : fileSystems.show(name)).id;
  };
  const nameOf = (kind: ShareKind, resource: string): string => {
    if (kind === 'image') return resource;
    const registered: readonly { readonly id: string; readonly name: string }[] =
      kind === 'network' ? networks.list() : fileSystems.list();
    return registered.find(({ id }) => id === resource)?.name ?? resource;
  };
  return {
    async listShares() {
      return {
        shares: shares.list().map(({ kind, resource, holder, createdAt }) => ({
          kind,
          name: nameOf(kind, resource),
          [holder.kind]: holder.id,
          created_at: new Date(createdAt).toISOString(),
        })),
      };
    },

    async addShare({ body }) {
      await shares.add(body.kind, resourceOf(body.kind, body.name), shares.holder(body));
      return {};
    },

    async removeShare({ query }) {
      await shares.remove(query.kind, resourceOf(query.kind, query.name), shares.holder(query));
      return {};
    },
  };
}
