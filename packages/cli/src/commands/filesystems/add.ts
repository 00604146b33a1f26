import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';

export const add = defineCommand({
  name: 'filesystems add',
  summary: 'Register a folder of the server machine, or an NFS export, that functions can mount',
  flags: {
    path: { type: 'text', placeholder: 'DIR', summary: 'absolute path of a folder, on the server machine' },
    nfs: { type: 'text', placeholder: 'HOST:/PATH', summary: 'export of an NFS server' },
    'read-only': { type: 'boolean', summary: 'functions may not change anything' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the file system' }],
  examples: [
    'fgs filesystems add models --path /srv/models --read-only',
    'fgs filesystems add shared --nfs storage.example:/export/shared',
  ],
  async run({ flags, args }, context) {
    if ((flags.path === undefined) === (flags.nfs === undefined)) throw usageError('give either --path or --nfs');
    const { client } = await connect(flags, context);
    const { data } = await client.call('addFileSystem', {
      body: {
        name: args.name,
        read_only: flags['read-only'],
        ...(flags.path === undefined ? {} : { path: flags.path }),
        ...(flags.nfs === undefined ? {} : { nfs: flags.nfs }),
      },
      signal: context.signal,
    });
    const closed = !data.read_only && !data.writable;
    const text = [
      `${data.name}: ${data.location}, id ${data.id}`,
      ...(closed ? [`Functions are user 1003 and may not write there yet: chown 1003:1003 ${data.location}`] : []),
      ...(data.users === 'shared'
        ? ['It cannot map users: instances that mount it run as its user on the machine.']
        : []),
    ].join('\n');
    return { kind: 'message', text, data };
  },
});
