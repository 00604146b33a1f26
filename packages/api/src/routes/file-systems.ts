import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';

const FileSystemName = Type.Object({ name: Type.String() });

const shared = {
  id: Type.String(),
  name: Type.String(),
  kind: Type.Union([Type.Literal('folder'), Type.Literal('nfs')]),
  location: Type.String({ description: 'Folder of the machine, or host:/path of an NFS export.' }),
  read_only: Type.Boolean(),
  user_id: Type.Integer({ description: 'User to whom files of functions belong on disk.' }),
  user_group_id: Type.Integer(),
  any_user: Type.Boolean({ description: 'Whether mount_user of a function may name another user.' }),
  used_by: Type.Array(Type.String(), { description: 'URNs of the versions that mount it.' }),
  created_at: Type.String({ description: 'RFC 3339.' }),
};

/** File systems of the machine. Functions name them in `mount_config.func_mounts[].mount_resource`. */
export const fileSystemRoutes = {
  listFileSystems: route({
    method: 'GET',
    path: '/v1/file-systems',
    group: 'filesystem',
    summary: 'File systems that functions can mount',
    response: Type.Object({ file_systems: Type.Array(Type.Object(shared)) }),
  }),
  addFileSystem: route({
    method: 'POST',
    path: '/v1/file-systems',
    resource: namedIn('body', 'name'),
    group: 'filesystem',
    summary: 'Register a folder of the machine, or an NFS export, as a file system that functions can mount',
    body: Type.Object({
      name: Type.String({ description: 'At most 63 small letters, digits and -.' }),
      path: Type.Optional(Type.String({ description: 'Folder of the machine.' })),
      nfs: Type.Optional(Type.String({ description: 'host:/path, in an export that nfs_exports of the server names' })),
      read_only: Type.Optional(Type.Boolean()),
      user_id: Type.Optional(Type.Integer({ description: 'From 1 to 65534; 1003 when absent.' })),
      user_group_id: Type.Optional(Type.Integer()),
      any_user: Type.Optional(Type.Boolean()),
    }),
    response: Type.Object({
      ...shared,
      users: Type.Union([Type.Literal('mapped'), Type.Literal('shared')], {
        description: 'shared: the file system cannot map users, so instances that mount it run as its user.',
      }),
      writable: Type.Boolean({ description: 'Whether its user may write to its root.' }),
    }),
    status: 201,
  }),
  showFileSystem: route({
    method: 'GET',
    path: '/v1/file-systems/{name}',
    group: 'filesystem',
    summary: 'A file system and the functions that use it',
    params: FileSystemName,
    response: Type.Object(shared),
  }),
  removeFileSystem: route({
    method: 'DELETE',
    path: '/v1/file-systems/{name}',
    group: 'filesystem',
    summary: 'Forget a file system that no function uses; its files stay',
    params: FileSystemName,
    status: 204,
  }),
} as const;
