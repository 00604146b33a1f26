import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inside, outside } from './isolation/probing.ts';
import { SandboxBench } from './isolation/sandbox-bench.ts';

const NOBODY = 65_534;
const asNobody = ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--'];

describe.runIf(process.getuid?.() === 0)('a sandbox of an agent without privileges', () => {
  let bench: SandboxBench;
  let secret: string;

  beforeAll(async () => {
    bench = await SandboxBench.open({ uid: NOBODY });
    secret = join(bench.makeFolder('data'), 'secret');
    writeFileSync(secret, 'x');
  });
  afterAll(async () => {
    const leftovers = bench.leftovers();
    await bench.dispose();
    expect(leftovers).toEqual([]);
  });

  it('reports precisely what is not enforced', async () => {
    const { usable, rootPrivileges, cgroup, degraded } = await bench.agent.driver('bubblewrap').capabilities();
    expect({ usable, rootPrivileges, cgroup }).toEqual({ usable: true, rootPrivileges: false, cgroup: 'none' });
    expect(degraded).toEqual([
      'Instances share one user of the host: the agent does not run as root.',
      'Memory is neither limited nor measured: no cgroup is writable.',
      'The number of processes is not limited: no cgroup is writable.',
      'CPU time is neither shared in proportion to memory nor measured: no cgroup is writable.',
      'What a function writes to /tmp counts as its memory: volumes need root, loop devices, a private mount namespace and a data directory on a disk.',
      'A full /tmp is not recognised as the reason of a failure.',
      'Functions reach nothing but themselves: networks need an agent that runs as root.',
    ]);
  });

  it('shows the same file system: no host data, code at its place, only /tmp writable', async () => {
    expect(outside('read', [secret], asNobody)).toEqual({ ok: 1 });
    expect(await inside(bench, 'read', [secret])).toEqual({ errno: 'ENOENT' });
    expect(await inside(bench, 'read', ['/opt/function/code/probe.py'])).toHaveProperty('ok');
    for (const folder of ['/opt/function/code', '/usr', '/etc', '/', '/dev']) {
      expect(await inside(bench, 'write', [`${folder}/intruder`])).toEqual({ errno: 'EROFS' });
    }
    expect(await inside(bench, 'write', ['/tmp/mine'])).toEqual({ ok: null });
  });

  it('limits the size of /tmp', async () => {
    const changes = { tmpBytes: 8 << 20 };
    expect(await inside(bench, 'fill', ['/tmp'], changes)).toEqual({ ok: { bytes: 8 << 20, errno: 'ENOSPC' } });
  });

  it('has user 1003, no capabilities and the filter', async () => {
    const none = '0000000000000000';
    const { ok } = (await inside(bench, 'status')) as { ok: Record<string, string> };
    expect(ok).toMatchObject({
      Uid: '1003\t1003\t1003\t1003',
      CapEff: none,
      CapBnd: none,
      NoNewPrivs: '1',
      Seccomp: '2',
    });
    expect(await inside(bench, 'unshare_user')).toEqual({ errno: 'EPERM' });
    expect(outside('unshare_user', [], asNobody)).toEqual({ ok: null });
  });

  it('cannot write the memory of its init, which would then outlive the end and forge the exit', async () => {
    const own = await inside(bench, 'write_memory', ['self']);
    expect(own).toEqual({ ok: null });
    for (const init of ['1', '1/task/1'])
      expect(await inside(bench, 'write_memory', [init])).toEqual({ errno: 'ENOENT' });
    expect(await inside(bench, 'write', ['/proc/1/x'])).toEqual({ errno: 'EROFS' });
    expect(await inside(bench, 'unmount', ['/proc/1'])).toEqual({ errno: 'EPERM' });
  });

  it('cannot see a process or a link socket of its neighbour', async () => {
    const spec = await bench.spec(['/bin/sleep', '1000']);
    const neighbour = await bench.agent.driver('bubblewrap').start(spec, new AbortController().signal);
    expect(await inside(bench, 'signal', [neighbour.pid])).toEqual({ errno: 'ESRCH' });
    expect(await inside(bench, 'connect_unix', [spec.linkSocket])).toEqual({ errno: 'ENOENT' });
    expect(outside('connect_unix', [spec.linkSocket], asNobody)).toEqual({ ok: null });
    await neighbour.stop();
  });
});
