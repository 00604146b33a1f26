import type { RouteResponse, Routes } from '@funcgraph/api';
import { type FileSystemState, type FileSystems, locationOf } from '../../control/index.ts';
import type { Handlers } from '../http/handler.ts';

type Reply = RouteResponse<Routes['showFileSystem']>;

/** File systems of the machine. */
export function fileSystemHandlers(
  fileSystems: FileSystems,
): Handlers<'listFileSystems' | 'addFileSystem' | 'showFileSystem' | 'removeFileSystem'> {
  return {
    listFileSystems: async () => ({ file_systems: fileSystems.list().map(toReply) }),

    async addFileSystem({ body }) {
      const { users, writable, ...state } = await fileSystems.add(body);
      return { ...toReply(state), users, writable };
    },

    showFileSystem: async ({ params }) => toReply(fileSystems.show(params.name)),

    async removeFileSystem({ params }) {
      await fileSystems.remove(params.name);
      return {};
    },
  };
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
