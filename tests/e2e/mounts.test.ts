import { execFileSync } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, deploy, invoke, runtimeOf, target, zipped } from '../functions.ts';
import { TestServer } from '../server.ts';

const isRoot = process.getuid?.() === 0;
const USUAL = 1003;

/** Performs one operation on a file and returns its result. */
const SOURCE = `
import os
def handler(event, context):
    path, what = event['path'], event['what']
    try:
        if what == 'write':
            with open(path, 'a') as file:
                file.write(event['text'])
            return {'owner': os.stat(path).st_uid}
        if what == 'read':
            with open(path) as file:
                return {'text': file.read()}
        if what == 'list':
            return {'names': sorted(os.listdir(path))}
        if what == 'device':
            os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
            return {}
        if what == 'open_device':
            return {'read': os.read(os.open(path, os.O_RDONLY), 1).hex()}
        if what == 'link':
            os.symlink(event['text'], path)
            return {}
    except OSError as error:
        return {'error': os.strerror(error.errno)}
`;

describe.runIf(isRoot)('file systems that functions mount', () => {
  let server: TestServer;
  let runtime: string;
  let folder: string;
  /** A file system that cannot map users. */
  let unmapped: string;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-mounts-')));
    // Before the server starts: where the root is not shared, it sees only mounts that were there.
    unmapped = makeFolder('unmapped');
    execFileSync('mount', ['-t', 'ramfs', 'none', unmapped]);
    chownSync(unmapped, USUAL, USUAL);
    server = await TestServer.start();
    runtime = await runtimeOf(server, 'Python');
  });
  afterAll(async () => {
    await server?.stop();
    execFileSync('umount', ['--lazy', unmapped]);
    rmSync(folder, { recursive: true, force: true });
  });

  function makeFolder(name: string, owner = USUAL): string {
    const path = join(folder, name);
    mkdirSync(path);
    chownSync(path, owner, owner);
    return path;
  }

  async function register(name: string, extra: readonly string[] = []): Promise<string> {
    const path = makeFolder(name);
    const run = await server.fgs(['filesystems', 'add', name, '--path', path, ...extra]);
    expect(run.exitCode, run.stderr).toBe(0);
    return path;
  }

  async function withMount(name: string, resource: string, changes: object = {}, on = server): Promise<string> {
    const urn = await deploy(on, { name, runtime, files: { 'index.py': SOURCE } });
    await configure(urn, name, mountOf(resource, changes), on);
    return urn;
  }

  const mountOf = (resource: string, changes: object = {}, place = '/mnt/shared') => ({
    mount_user: { user_id: -1, user_group_id: -1, ...changes },
    func_mounts: [{ mount_type: 'sfs', mount_resource: resource, local_mount_path: place }],
  });
  const configure = (urn: string, name: string, mount_config: Record<string, unknown>, on = server) =>
    on.api.call('updateFunctionConfig', {
      params: target(on, urn),
      body: { func_name: name, runtime, handler: 'index.handler', memory_size: 128, timeout: 10, mount_config },
    });
  const run = async (urn: string, what: string, path: string, text = ''): Promise<unknown> =>
    JSON.parse((await invoke(server, urn, { what, path, text })).text);

  it('share files between functions, and keep them after every instance', async () => {
    const path = await register('shared');
    const one = await withMount('one', 'shared');
    const other = await withMount('other', 'shared');
    // Inside, everything belongs to the one user there is; outside, to the same one, whichever instance wrote it.
    expect(await run(one, 'write', '/mnt/shared/log', 'one ')).toEqual({ owner: USUAL });
    expect(await run(other, 'write', '/mnt/shared/log', 'other')).toEqual({ owner: USUAL });
    expect(await run(one, 'read', '/mnt/shared/log')).toEqual({ text: 'one other' });
    expect(statSync(join(path, 'log')).uid).toBe(USUAL);
    await server.restart();
    expect(await run(other, 'read', '/mnt/shared/log')).toEqual({ text: 'one other' });
    expect(await run(other, 'list', '/mnt')).toEqual({ names: ['shared'] });
    expect(await run(other, 'write', '/mnt/new', '')).toEqual({ error: 'Read-only file system' });
  });

  it('belong to the user that the function names only', async () => {
    const path = await register('owned', ['--any-user']);
    const usual = await withMount('usual', 'owned');
    const named = await withMount('named', 'owned', { user_id: 4000, user_group_id: 4001 });
    expect(await run(named, 'write', '/mnt/shared/x', '')).toEqual({ error: 'Permission denied' });
    chownSync(path, 4000, 4001);
    // The owner sees them as its own, with any user id.
    expect(await run(named, 'write', '/mnt/shared/x', 'named')).toEqual({ owner: USUAL });
    expect(statSync(join(path, 'x'))).toMatchObject({ uid: 4000, gid: 4001 });
    expect(await run(usual, 'write', '/mnt/shared/x', 'usual')).toEqual({ error: 'Permission denied' });
    expect(await run(usual, 'read', '/mnt/shared/x')).toEqual({ text: 'named' });
  });

  it('lead nowhere else: not by links, not by parents, not by devices', async () => {
    const path = await register('walled');
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'host', { mode: 0o644 });
    symlinkSync(secret, join(path, 'absolute'));
    symlinkSync('../secret', join(path, 'relative'));
    execFileSync('mknod', ['-m', '666', join(path, 'zero'), 'c', '1', '5']);
    const urn = await withMount('walled', 'walled');
    const gone = { error: 'No such file or directory' };
    expect(await run(urn, 'read', '/mnt/shared/absolute')).toEqual(gone);
    expect(await run(urn, 'read', '/mnt/shared/relative')).toEqual(gone);
    expect(await run(urn, 'read', '/mnt/shared/../secret')).toEqual(gone);
    expect(await run(urn, 'open_device', '/mnt/shared/zero')).toEqual({ error: 'Permission denied' });
    expect(await run(urn, 'device', '/mnt/shared/null')).toEqual({ error: 'Operation not permitted' });
    expect(await run(urn, 'link', '/mnt/shared/mine', '/etc/shadow')).toEqual({});
    expect(await run(urn, 'read', '/mnt/shared/mine')).toEqual(gone);
  });

  it('of another account are mounted only once they are shared, and only as their user', async () => {
    const body = { name: 'neighbour', project_name: 'p', user_name: 'admin' };
    const { data: account } = await server.api.call('createAccount', { body });
    const { project_id, access_key: accessKey, secret_key: secretKey } = account;
    const other = createClient({ endpoint: server.endpoint, auth: { kind: 'key', accessKey, secretKey } });
    await register('walled-off');
    const create = (user_id: number) =>
      other.call('createFunction', {
        params: { project_id },
        body: {
          ...{ func_name: 'theirs', package: 'default', runtime, handler: 'index.handler', timeout: 10 },
          ...{ memory_size: 128, code_type: 'zip', func_code: { file: zipped({ 'index.py': SOURCE }) } },
          mount_config: mountOf('walled-off', { user_id }),
        },
      });
    const share = ['--filesystem', 'walled-off', '--account', 'neighbour'];
    await expect(create(-1)).rejects.toMatchObject({ code: 'FSS.1050' });
    expect((await server.fgs(['shares', 'add', ...share])).exitCode).toBe(0);
    await expect(create(1005)).rejects.toMatchObject({ code: 'FSS.1075' });
    const { data: made } = await create(-1);
    const event = new TextEncoder().encode(JSON.stringify({ what: 'list', path: '/mnt/shared' }));
    const params = { project_id, function_urn: made.func_urn };
    const call = async () =>
      new TextDecoder().decode((await other.bytes('invokeFunction', { params, body: event })).bytes);
    expect(await call()).toContain('{"names": []}');
    expect((await server.fgs(['shares', 'remove', ...share])).exitCode).toBe(0);
    await expect(call()).rejects.toThrow('walled-off does not exist');
  });

  it('are no exports of file servers but those of the configuration', async () => {
    const added = server.api.call('addFileSystem', { body: { name: 'far', nfs: 'storage.example:/export' } });
    await expect(added).rejects.toMatchObject({ code: 'FSS.0400', hint: expect.stringContaining('nfs_exports') });
    const run = await server.fgs(['filesystems', 'add', 'far', '--nfs', 'storage.example:/export']);
    expect(run.stderr).toContain('functions may not mount storage.example:/export');
  });

  it('can be read only', async () => {
    const path = await register('fixed', ['--read-only']);
    writeFileSync(join(path, 'model'), 'weights');
    const urn = await withMount('fixed', 'fixed');
    expect(await run(urn, 'read', '/mnt/shared/model')).toEqual({ text: 'weights' });
    expect(await run(urn, 'write', '/mnt/shared/new', 'x')).toEqual({ error: 'Read-only file system' });
  });

  it('are shared also where the kernel cannot map users, by instances that run as their user', async () => {
    const added = await server.api.call('addFileSystem', { body: { name: 'unmapped', path: unmapped } });
    expect(added.data).toMatchObject({ users: 'shared', writable: true });
    const one = await withMount('unmapped-one', 'unmapped');
    const other = await withMount('unmapped-other', 'unmapped');
    expect(await run(one, 'write', '/mnt/shared/x', 'one ')).toEqual({ owner: USUAL });
    expect(await run(other, 'write', '/mnt/shared/x', 'other')).toEqual({ owner: USUAL });
    expect(readFileSync(join(unmapped, 'x'), 'utf8')).toBe('one other');
    expect(statSync(join(unmapped, 'x')).uid).toBe(USUAL);
  });

  it('are read back as they were set, with their state, and removed again', async () => {
    await register('told', ['--any-user']);
    const urn = await withMount('told', 'told');
    const params = target(server, urn);
    const { data } = await server.api.call('showFunctionConfig', { params });
    const [mount] = mountOf('told').func_mounts;
    expect(data.mount_config).toEqual({ ...mountOf('told'), func_mounts: [{ ...mount, status: 'active' }] });
    // Another client names the user by longer words, and sends numbers as text.
    const { func_mounts } = mountOf('told');
    const longer = { mount_user: { mount_user_id: '1003', mount_user_group_id: '1004' }, func_mounts };
    await configure(urn, 'told', longer);
    expect((await server.api.call('showFunctionConfig', { params })).data.mount_config).toMatchObject({
      mount_user: { user_id: 1003, user_group_id: 1004 },
    });
    const refused = await server.fgs(['filesystems', 'remove', 'told']);
    expect(refused.stderr).toContain(`file system told is used by ${urn}:latest`);
    expect((await server.fgs(['functions', 'update', 'told', '--no-mounts'])).exitCode).toBe(0);
    expect((await server.api.call('showFunctionConfig', { params })).data).not.toHaveProperty('mount_config');
    expect(await run(urn, 'list', '/mnt')).toEqual({ error: 'No such file or directory' });
    expect((await server.fgs(['filesystems', 'remove', 'told'])).exitCode).toBe(0);
  });

  it('are mounted by fgs, and not by published versions', async () => {
    await register('versioned');
    const urn = await deploy(server, { name: 'versioned', runtime, files: { 'index.py': SOURCE } });
    const update = ['functions', 'update', 'versioned', '--mount', 'versioned=/mnt/data'];
    expect((await server.fgs(update)).exitCode).toBe(0);
    expect(await run(urn, 'write', '/mnt/data/x', 'x')).toEqual({ owner: USUAL });
    await server.api.call('createFunctionVersion', { params: target(server, urn), body: { version: 'v1' } });
    expect(await run(`${urn}:v1`, 'list', '/mnt')).toEqual({ error: 'No such file or directory' });
    const again = server.api.call('createFunctionVersion', { params: target(server, urn), body: { version: 'v2' } });
    await expect(again).rejects.toMatchObject({ code: 'FSS.1016' });
  });

  it.each([
    ['FSS.1050', 'a file system that is not registered', mountOf('unknown')],
    ['FSS.1039', 'a place of the system', mountOf('rules', {}, '/etc')],
    ['FSS.1039', 'a place below a mount', mountOf('rules', {}, '/mnt/a/b')],
    ['FSS.1039', 'a place that leads up', mountOf('rules', {}, '/mnt/..')],
    ['FSS.1075', 'a reserved user', mountOf('rules', { user_id: 1000 })],
    ['FSS.1075', 'root', mountOf('rules', { user_group_id: 0 })],
    [
      'FSS.1038',
      'the same twice',
      {
        func_mounts: ['a', 'b'].map((place) => ({
          mount_type: 'sfs',
          mount_resource: 'rules',
          local_mount_path: `/mnt/${place}`,
        })),
      },
    ],
    [
      'FSS.1049',
      'six',
      {
        func_mounts: Array.from({ length: 6 }, (_, at) => ({
          mount_type: 'sfs',
          mount_resource: `r${at}`,
          local_mount_path: `/mnt/${at}`,
        })),
      },
    ],
    [
      'FSS.0400',
      'a share without its path',
      { func_mounts: [{ mount_type: 'ecs', mount_resource: 'rules', local_mount_path: '/mnt/a' }] },
    ],
  ])('are refused with %s for %s', async (code, _what, mount_config) => {
    if (!(await listed()).includes('rules')) await register('rules');
    const name = 'refused';
    const urn = `urn:fss:local-1:${server.credentials.project_id}:function:default:${name}`;
    const known = await call(server, urn).then(({ status }) => status !== 404);
    if (!known) await deploy(server, { name, runtime, files: { 'index.py': SOURCE } });
    await expect(configure(urn, name, mount_config)).rejects.toMatchObject({ code });
  });

  it.each([
    ['a folder that is not there', () => ({ path: join(folder, 'missing') }), 'FSS.1095'],
    ['a file', () => ({ path: join(folder, 'secret') }), 'FSS.1095'],
    ['a link', () => ({ path: linkTo('linked') }), 'FSS.1095'],
    ['a folder in another one', () => ({ path: nested() }), 'FSS.0400'],
    ['a folder of the system', () => ({ path: '/etc/ssl' }), 'FSS.0400'],
    ['a path that leads up', () => ({ path: `${folder}/../x` }), 'FSS.0400'],
    ['files of a user of the system', () => ({ path: join(folder, 'x'), user_id: 33 }), 'FSS.1075'],
    ['files of a group of the system', () => ({ path: join(folder, 'x'), user_group_id: 42 }), 'FSS.1075'],
    ['an export without a path', () => ({ nfs: 'storage.example' }), 'FSS.0400'],
    ['an export with an option for a name', () => ({ nfs: '-o:/x' }), 'FSS.0400'],
    ['nothing', () => ({}), 'FSS.0400'],
  ])('are not made of %s', async (_what, body, code) => {
    writeFileSync(join(folder, 'secret'), 'host');
    await expect(server.api.call('addFileSystem', { body: { name: 'wrong', ...body() } })).rejects.toMatchObject({
      code,
    });
    expect(await listed()).not.toContain('wrong');
  });

  it('leave nothing in the agent when their instances are gone', async () => {
    const seen = readFileSync(`/proc/${server.agentPid()}/mountinfo`, 'utf8').split('\n');
    expect(seen.filter((line) => line.includes('/shared/'))).toEqual([]);
    const owner = readdirSync(server.runDir).find((name) => /^\d+-\d+-/.test(name)) ?? '';
    expect(readdirSync(join(server.runDir, owner, 'shared'))).toEqual([]);
  });

  const listed = async (): Promise<string[]> =>
    (await server.api.call('listFileSystems')).data.file_systems.map(({ name }) => name);

  function linkTo(name: string): string {
    const path = join(folder, name);
    symlinkSync(makeFolder(`${name}-target`), path);
    return path;
  }

  function nested(): string {
    const path = join(folder, 'shared', 'inner');
    mkdirSync(path, { recursive: true });
    return path;
  }
});
