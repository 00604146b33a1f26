import type { DecodedBody, RouteResponse, Routes } from '@funcgraph/api';
import { type FileSystemState, type FileSystems, locationOf, type NewFileSystem } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Handlers } from '../http/handler.ts';

type Reply = RouteResponse<Routes['showFileSystem']>;

/** File systems of the machine. */
export function fileSystemHandlers({
  fileSystems,
}: {
  readonly fileSystems: FileSystems;
}): Handlers<'listFileSystems' | 'addFileSystem' | 'showFileSystem' | 'removeFileSystem'> {
  return {
    listFileSystems: async () => ({ file_systems: fileSystems.list().map(toReply) }),

    async addFileSystem({ body }) {
      const { users, writable, ...state } = await fileSystems.add(newFileSystem(body));
      return { ...toReply(state), users, writable };
    },

    showFileSystem: async ({ params }) => toReply(fileSystems.show(params.name)),

    async removeFileSystem({ params }) {
      await fileSystems.remove(params.name);
      return {};
    },
  };
}

function newFileSystem(body: DecodedBody<Routes['addFileSystem']>): NewFileSystem {
  const { name, path = '', nfs = '', read_only: readOnly, user_id: uid, user_group_id: gid, any_user: anyUser } = body;
  if ((path === '') === (nfs === '')) {
    throw new PlatformError('invalid_request', 'path of a file system is not usable', {
      hint: 'Give the path of a folder, or an NFS export as host:/path.',
    });
  }
  const kind = nfs === '' ? 'folder' : 'nfs';
  return { name, kind, location: path + nfs, readOnly, user: { uid, gid }, anyUser };
}

function toReply({ id, name, source, readOnly, user, anyUser, usedBy, createdAt }: FileSystemState): Reply {
  return {
    id,
    name,
    kind: source.kind,
    location: locationOf(source),
    read_only: readOnly,
    user_id: user.uid,
    user_group_id: user.gid,
    any_user: anyUser,
    used_by: [...usedBy],
    created_at: new Date(createdAt).toISOString(),
  };
}
