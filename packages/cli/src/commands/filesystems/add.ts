import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';

export const add = defineCommand({
  name: 'filesystems add',
  summary: 'Register a folder of the server machine, or an NFS export, that functions can mount',
  flags: {
    path: { type: 'text', placeholder: 'DIR', summary: 'absolute path of a folder, on the server machine' },
    nfs: {
      type: 'text',
      placeholder: 'HOST:/PATH',
      summary: 'export of an NFS server that nfs_exports of the server names',
    },
    'read-only': { type: 'boolean', summary: 'functions may not change anything' },
    user: {
      type: 'text',
      placeholder: 'UID[:GID]',
      summary: 'owner of files of functions on disk; 1003 without it',
    },
    'any-user': { type: 'boolean', summary: 'functions may name another user in mount_user' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the file system' }],
  examples: [
    'fgs filesystems add models --path /srv/models --read-only',
    'fgs filesystems add shared --nfs storage.example:/export/shared',
  ],
  async run({ flags, args }, context) {
    if ((flags.path === undefined) === (flags.nfs === undefined)) throw usageError('give either --path or --nfs');
    const user = flags.user === undefined ? {} : readUser(flags.user);
    const { client } = await connect(flags, context);
    const { data } = await client.call('addFileSystem', {
      body: {
        name: args.name,
        read_only: flags['read-only'],
        any_user: flags['any-user'],
        ...user,
        ...(flags.path === undefined ? {} : { path: flags.path }),
        ...(flags.nfs === undefined ? {} : { nfs: flags.nfs }),
      },
      signal: context.signal,
    });
    const owner = `${data.user_id}:${data.user_group_id}`;
    const closed = !data.read_only && !data.writable;
    const text = [
      `${data.name}: ${data.location}, id ${data.id}`,
      ...(closed ? [`User ${owner} may not write there yet: chown ${owner} ${data.location}`] : []),
      ...(data.users === 'shared'
        ? ['It cannot map users: instances that mount it run as its user on the machine.']
        : []),
    ].join('\n');
    return { kind: 'message', text, data };
  },
});

function readUser(text: string): { user_id: number; user_group_id: number } {
  const [, uid, gid = uid] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (uid === undefined) throw usageError(`--user: "${text}" is not UID or UID:GID, such as 1003:1003`);
  return { user_id: Number(uid), user_group_id: Number(gid) };
}
