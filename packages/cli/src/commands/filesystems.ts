import { flag, type Noun, usageError } from '../framework/index.ts';
import { operation, word } from '../operations/index.ts';

const NAME = word('name', 'name of the file system');

function readUser(text: string): { user_id: number; user_group_id: number } {
  const [, uid, gid = uid] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (uid === undefined) throw usageError(`--user: "${text}" is not UID or UID:GID, such as 1003:1003`);
  return { user_id: Number(uid), user_group_id: Number(gid) };
}

export const filesystems: Noun = {
  name: 'filesystems',
  summary: 'Folders of the server machine and NFS exports that functions can mount',
  commands: [
    operation('filesystems list', 'listFileSystems', {
      examples: ['fgs filesystems list', 'fgs filesystems list --output json'],
      rows: ({ file_systems }) =>
        file_systems.map((one) => ({
          ...one,
          access: one.read_only ? 'read' : 'read, write',
          users: one.used_by.length,
        })),
      columns: { name: 'NAME', location: 'WHERE', access: 'ACCESS', users: 'USED BY', id: 'ID' },
      none: 'no file systems',
    }),
    operation('filesystems add', 'addFileSystem', {
      summary: 'Register a folder of the server machine, or an NFS export, that functions can mount',
      args: [NAME],
      flags: {
        path: flag.text('DIR', 'absolute path of a folder, on the server machine'),
        nfs: flag.text('HOST:/PATH', 'export of an NFS server that nfs_exports of the server names'),
        'read-only': 'functions may not change anything',
        user: flag.text('UID[:GID]', 'owner of files of functions on disk; 1003 without it'),
        'any-user': 'functions may name another user in mount_user',
      },
      fields({ path, nfs, user }) {
        if ((path === undefined) === (nfs === undefined)) throw usageError('give either --path or --nfs');
        return { path, nfs, ...(user === undefined ? {} : readUser(user)) };
      },
      examples: [
        'fgs filesystems add models --path /srv/models --read-only',
        'fgs filesystems add shared --nfs storage.example:/export/shared',
      ],
      text({ name, location, id, user_id, user_group_id, read_only, writable, users }) {
        const owner = `${user_id}:${user_group_id}`;
        const lines = [`${name}: ${location}, id ${id}`];
        if (!read_only && !writable) lines.push(`User ${owner} may not write there yet: chown ${owner} ${location}`);
        if (users === 'shared') {
          lines.push('It cannot map users: instances that mount it run as its user on the machine.');
        }
        return lines.join('\n');
      },
    }),
    operation('filesystems show', 'showFileSystem', {
      summary: 'A file system and the functions that mount it',
      args: [NAME],
      examples: ['fgs filesystems show models'],
    }),
    // without a question: the files stay, and it can be registered again
    operation('filesystems remove', 'removeFileSystem', {
      summary: 'Remove a file system that no function mounts; its files stay',
      args: [NAME],
      examples: ['fgs filesystems remove models'],
      text: (_, { name }) => `removed file system ${name}`,
      data: (_, { name }) => ({ name, outcome: 'removed' }),
    }),
  ],
};
