import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareHostFiles, rootArguments } from '../../packages/agent/src/drivers/bubblewrap/host-files.ts';
import { inside, insideNode, outside, outsideNode } from './isolation/probing.ts';
import { PROBES, SandboxBench } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const asStranger = ['setpriv', '--reuid', '299999', '--regid', '299999', '--clear-groups', '--'];
const OK = { ok: null };
const PACKET = [17, 3, 0];
const RAW = [2, 3, 1];
const ALG = [38, 5, 0];
const VSOCK = [40, 1, 0];
const NETLINK_AUDIT = [16, 3, 9];
const STREAM = [2, 1, 0];

/** Every attack stands beside a control that shows that the same probe succeeds outside. */
describe.runIf(isRoot)('a hostile function in a bubblewrap sandbox', () => {
  let bench: SandboxBench;
  let secret: string;
  let canary: string;

  beforeAll(async () => {
    canary = 'FUNCGRAPH_CANARY';
    process.env[canary] = 'host';
    bench = await SandboxBench.open();
    secret = join(bench.makeFolder('data'), 'secret');
    writeFileSync(secret, 'x');
  });
  afterAll(async () => {
    delete process.env[canary];
    const leftovers = bench.leftovers();
    await bench.dispose();
    expect(leftovers).toEqual([]);
  });

  describe('files', () => {
    it('cannot read the password hashes of the host', async () => {
      expect(outside('read', ['/etc/shadow'])).toHaveProperty('ok');
      expect(await inside(bench, 'read', ['/etc/shadow'])).toEqual({ errno: 'ENOENT' });
      expect(await insideNode(bench, 'read', '/etc/shadow')).toEqual({ errno: 'ENOENT' });
      expect(outsideNode('read', '/etc/shadow')).toHaveProperty('ok');
    });

    it('cannot read the data folder of the server', async () => {
      expect(outside('read', [secret])).toEqual({ ok: 1 });
      expect(await inside(bench, 'read', [secret])).toEqual({ errno: 'ENOENT' });
    });

    it('cannot reach host files through the root of another process', async () => {
      expect(outside('read', [`/proc/self/root${secret}`])).toEqual({ ok: 1 });
      for (const pid of ['1', 'self']) {
        expect(await inside(bench, 'read', [`/proc/${pid}/root${secret}`])).toEqual({ errno: 'ENOENT' });
      }
    });

    it('shows /usr and /etc with the mounts and flags that bubblewrap would make one by one', async () => {
      const mounts = (text: string): string[] =>
        [...text.matchAll(/^\d+ \d+ \S+ \S+ (\/(?:usr|etc)\S*) (\S+) .*- (\S+) /gm)]
          .map(([, ...facts]) => facts.join(' '))
          .sort();
      const root = rootArguments(prepareHostFiles(join(bench.makeFolder('plain'), 'etc')));
      const plain = ['--unshare-all', '--unshare-user', ...root, '--remount-ro', '/', '--', '/bin/cat'];
      const [program = '', ...user] = asStranger;
      const expected = mounts(
        execFileSync(program, [...user, 'bwrap', ...plain, '/proc/self/mountinfo'], { encoding: 'utf8' }),
      );
      const { stdout } = await bench.run(['/bin/cat', '/proc/self/mountinfo']);
      expect(mounts(stdout)).toEqual(expected);
      expect(expected).toContainEqual(expect.stringMatching(/^\/usr ro,nosuid,nodev/));
      // by their devices: what is emptied was mounted once, for both
      const emptied = (text: string): string[] =>
        text.match(/(?<=^\d+ \d+ )\S+ \S+ \/usr\/\S+(?= .* - tmpfs )/gm) ?? [];
      const other = await bench.run(['/bin/cat', '/proc/self/mountinfo']);
      expect(emptied(other.stdout)).toEqual(emptied(stdout));
    });

    it.each(['/root', '/home/snuser/..', '/var', '/srv', '/mnt', '/boot', '/sys'])(
      'sees nothing of the host in %s',
      async (folder) => {
        const outcome = await inside(bench, 'listdir', [folder]);
        const seen = 'ok' in outcome ? outcome.ok : [];
        expect([[], ['snuser'], ['tmp']]).toContainEqual(seen);
      },
    );

    it.each([
      '/opt/function/code',
      '/opt/function',
      '/usr',
      '/usr/bin',
      '/etc',
      '/',
      '/dev',
      '/run',
      '/var',
      '/home/snuser',
    ])('cannot write to %s', async (folder) => {
      expect(await inside(bench, 'write', [`${folder}/intruder`])).toEqual({ errno: 'EROFS' });
    });

    it('shows code that stands behind a closed folder of the host, and still hides it from all others', async () => {
      const closed = bench.makeFolder('closed');
      const code = bench.makeFolder('closed/code');
      writeFileSync(join(code, 'handler.py'), '', { mode: 0o644 });
      chmodSync(closed, 0o700);
      const binds = [
        { source: PROBES, target: '/opt/function/code' },
        { source: code, target: '/mnt/code' },
      ];
      expect(await inside(bench, 'listdir', ['/mnt/code'], { binds })).toEqual({ ok: ['handler.py'] });
      expect(outside('listdir', [code], asStranger)).toEqual({ errno: 'EACCES' });
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(bench.folder);
    });

    it('reports clearly which bind no sandbox could read', async () => {
      const code = bench.makeFolder('unreadable');
      chmodSync(code, 0o700);
      const starting = bench.start(['/bin/true'], { binds: [{ source: code, target: '/mnt/code' }] });
      await expect(starting).rejects.toMatchObject({ code: 'BIND_UNREACHABLE', hint: `chmod o+rx ${code}` });
    });

    it('can open its output by name, as shell scripts do', async () => {
      const { stdout, stderr } = await bench.run(['/bin/sh', '-c', 'echo one > /dev/stdout; echo two > /dev/stderr']);
      expect({ stdout, stderr }).toEqual({ stdout: 'one\n', stderr: 'two\n' });
    });

    it('can write to /tmp, and the probe for writing works', async () => {
      expect(await inside(bench, 'write', ['/tmp/mine'])).toEqual(OK);
      expect(outside('write', [join(bench.folder, 'mine')])).toEqual(OK);
    });

    it('cannot make a device, but a pipe', async () => {
      expect(outside('make_device', [bench.folder])).toEqual(OK);
      expect(await inside(bench, 'make_device', ['/tmp'])).toEqual({ errno: 'EPERM' });
      expect(await inside(bench, 'make_fifo', ['/tmp'])).toEqual(OK);
    });

    it('cannot change kernel settings', async () => {
      expect(outside('write', ['/proc/sys/kernel/hostname'])).toEqual(OK);
      const { errno } = (await inside(bench, 'write', ['/proc/sys/kernel/core_pattern'])) as { errno: string };
      expect(['EACCES', 'EROFS', 'EPERM']).toContain(errno);
    });
  });

  describe('other sandboxes', () => {
    it('cannot see the code, the /tmp or the processes of a neighbour', async () => {
      const code = bench.makeFolder('neighbour');
      writeFileSync(join(code, 'handler.py'), '');
      const script = 'echo x > /tmp/mine; echo up; exec sleep 1000 # neighbour-marker';
      const binds = [{ source: code, target: '/opt/function/code' }];
      const neighbour = await bench.start(['/bin/sh', '-c', script], { binds });
      await new Promise<void>((resolve) => neighbour.onOutput(() => resolve()));
      expect(outside('read', [`/proc/${neighbour.pid}/root/etc/passwd`])).toHaveProperty('ok');
      expect(await inside(bench, 'listdir', ['/tmp'])).toEqual({ ok: [] });
      expect(await inside(bench, 'read', [join(code, 'handler.py')])).toEqual({ errno: 'ENOENT' });
      expect(outside('signal', [neighbour.pid])).toEqual(OK);
      expect(await inside(bench, 'signal', [neighbour.pid])).toEqual({ errno: 'ESRCH' });
      expect(JSON.stringify(await inside(bench, 'commands'))).not.toContain('neighbour-marker');
      expect(JSON.stringify(outside('commands'))).toContain('sleep 1000');
      await neighbour.stop();
    });

    it('cannot reach the link socket of another instance or the socket folder', async () => {
      const other = await bench.listen();
      expect(outside('connect_unix', [other])).toEqual(OK);
      expect(await inside(bench, 'connect_unix', [other])).toEqual({ errno: 'ENOENT' });
      expect(await insideNode(bench, 'connect', other)).toEqual({ errno: 'ENOENT' });
      expect(await inside(bench, 'listdir', ['/run/funcgraph'])).toEqual({ ok: ['link.sock'] });
    });

    it('reaches its own link socket, and another user of the host does not', async () => {
      expect(await inside(bench, 'connect_unix', ['/run/funcgraph/link.sock'])).toEqual(OK);
      const spec = await bench.spec(['/bin/sleep', '1000']);
      const sandbox = await bench.agent.driver('bubblewrap').start(spec, new AbortController().signal);
      expect(outside('connect_unix', [spec.linkSocket])).toEqual(OK);
      expect(outside('connect_unix', [spec.linkSocket], asStranger)).toEqual({ errno: 'EACCES' });
      await sandbox.stop();
    });

    it('cannot reach an abstract socket of the host', async () => {
      const name = `funcgraph-test-${process.pid}`;
      const listener = spawn('/usr/bin/python3', [join(PROBES, 'probe.py'), 'listen_abstract', name]);
      await once(listener.stdout, 'data');
      expect(outside('connect_unix', [`@${name}`])).toEqual(OK);
      expect(await inside(bench, 'connect_unix', [`@${name}`])).toEqual({ errno: 'ECONNREFUSED' });
      listener.kill();
    });

    it('runs each sandbox as a host user of its own, seen inside as 1003', async () => {
      const uidsOf = async () => ((await inside(bench, 'status')) as { ok: { Uid: string } }).ok.Uid;
      expect(await uidsOf()).toBe('1003\t1003\t1003\t1003');
      const two = await Promise.all([bench.start(['/bin/sleep', '1000']), bench.start(['/bin/sleep', '1000'])]);
      const hostUids = two.map(({ pid }) => hostUidOf(pid));
      expect(new Set(hostUids).size).toBe(2);
      for (const uid of hostUids) expect(uid).toBeGreaterThanOrEqual(300_000);
      await Promise.all(two.map((sandbox) => sandbox.stop()));
    });
  });

  describe('processes', () => {
    it('sees only its own processes', async () => {
      const seen = (await inside(bench, 'pids')) as { ok: number };
      expect(seen.ok).toBeLessThanOrEqual(2);
      expect((outside('pids') as { ok: number }).ok).toBeGreaterThan(10);
    });

    it('inherits no descriptor and no variable of the host', async () => {
      expect(await inside(bench, 'descriptors')).toEqual({ ok: [0, 1, 2] });
      expect(outside('environ')).toEqual({ ok: expect.arrayContaining([canary]) });
      const own = (await inside(bench, 'environ')) as { ok: string[] };
      expect(own.ok.filter((name) => !['LC_CTYPE', 'PATH', 'PWD'].includes(name))).toEqual([]);
      const init = await inside(bench, 'environ_of_init');
      expect(JSON.stringify(init)).not.toContain(canary);
    });

    it('keeps the environment out of command lines that every user can read', async () => {
      const sandbox = await bench.start(['/bin/sleep', '1000'], { env: { TOKEN: 'very-secret-value' } });
      expect(JSON.stringify(outside('commands'))).not.toContain('very-secret-value');
      expect(await inside(bench, 'environ', [], { env: { TOKEN: 'x' } })).toEqual({
        ok: expect.arrayContaining(['TOKEN']),
      });
      await sandbox.stop();
    });

    it('has no capabilities, no way to new privileges and a filter', async () => {
      const none = '0000000000000000';
      const { ok } = (await inside(bench, 'status')) as { ok: Record<string, string> };
      expect(ok).toMatchObject({
        CapEff: none,
        CapBnd: none,
        CapInh: none,
        CapAmb: none,
        NoNewPrivs: '1',
        Seccomp: '2',
      });
      expect(outside('status')).not.toMatchObject({ ok: { CapEff: none } });
    });

    it('cannot become root', async () => {
      expect(outside('setuid_root')).toEqual(OK);
      expect(await inside(bench, 'setuid_root')).toEqual({ errno: 'EINVAL' });
      expect(await insideNode(bench, 'setuid')).toEqual({ errno: 'EINVAL' });
    });
  });

  describe('system calls', () => {
    const inOwnMounts = ['unshare', '--mount', '--'];

    it('cannot mount', async () => {
      expect(outside('mount', [bench.makeFolder('mountpoint')], inOwnMounts)).toEqual({ ok: 0 });
      expect(await inside(bench, 'mount', ['/tmp'])).toEqual({ errno: 'EPERM' });
    });

    it.each([
      ['unshare_user', OK],
      ['clone_user', OK],
      ['ptrace', OK],
      ['chroot', OK],
      ['open_tree', OK],
      ['process_vm_readv', { ok: 0 }],
    ])('cannot use %s', async (name, control) => {
      expect(outside(name)).toEqual(control);
      expect(await inside(bench, name)).toEqual({ errno: 'EPERM' });
    });

    it.each(['keyctl', 'bpf'])('cannot use %s', async (name) => {
      expect(outside(name)).toHaveProperty('ok');
      expect(await inside(bench, name)).toEqual({ errno: 'EPERM' });
    });

    // These have no harmless success: outside the kernel looks at the arguments, inside it does not even do that.
    it.each(['init_module', 'perf_event_open', 'setns', 'io_uring_setup'])(
      'is turned away from %s before the kernel looks',
      async (name) => {
        expect(outside(name)).not.toEqual({ errno: 'EPERM' });
        expect(await inside(bench, name)).toEqual({ errno: 'EPERM' });
      },
    );

    it('gets the answer that clone3 does not exist, so that libraries use the call that can be checked', async () => {
      expect(outside('clone3')).toEqual({ errno: 'EINVAL' });
      expect(await inside(bench, 'clone3')).toEqual({ errno: 'ENOSYS' });
    });

    it('cannot get a namespace through the program for it', async () => {
      expect(outsideNode('unshare')).toHaveProperty('ok');
      expect(await insideNode(bench, 'unshare')).toEqual({ errno: 'exit 1' });
    });
  });

  describe('network', () => {
    it('can make an ordinary socket', async () => {
      expect(await inside(bench, 'socket', STREAM)).toEqual(OK);
    });

    it.each([
      ['packet', PACKET, 'EAFNOSUPPORT'],
      ['raw', RAW, 'EPERM'],
      ['audit', NETLINK_AUDIT, 'EAFNOSUPPORT'],
    ])('cannot make a %s socket', async (_name, args, errno) => {
      expect(outside('socket', args)).toEqual(OK);
      expect(await inside(bench, 'socket', args)).toEqual({ errno });
    });

    it.each([
      ['crypto', ALG],
      ['virtual machine', VSOCK],
    ])('cannot make a %s socket', async (_name, args) => {
      expect(await inside(bench, 'socket', args)).toEqual({ errno: 'EAFNOSUPPORT' });
    });

    it('cannot reach a port of the host or anything beyond', async () => {
      const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      expect(outside('connect_tcp', ['127.0.0.1', port])).toEqual(OK);
      expect(await inside(bench, 'connect_tcp', ['127.0.0.1', port])).toEqual({ errno: 'ECONNREFUSED' });
      expect(await inside(bench, 'connect_tcp', ['192.0.2.1', 80])).toEqual({ errno: 'ENETUNREACH' });
      server.close();
    });
  });
});

function hostUidOf(pid: number): number {
  return statSync(`/proc/${pid}`).uid;
}
