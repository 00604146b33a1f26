import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialOptions } from '../../packages/agent/src/drivers/bubblewrap/arguments.ts';
import { prepareHostFiles } from '../../packages/agent/src/drivers/bubblewrap/host-files.ts';
import { planText } from '../../packages/agent/src/drivers/sandbox-maker.ts';
import { type Ended, SandboxBench } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const PROGRAM = fileURLToPath(new URL('../../packages/agent/native/build/launch', import.meta.url));
const NOBODY = 65_534;

/** Everything that a function can see of how it is kept. Neither ids nor orders that the kernel gives out. */
const LOOK = `
grep -v SigQ /proc/self/status | grep -E '^(Uid|Gid|Groups|NSpid|NSpgid|NSsid|Cap|NoNewPrivs|Seccomp|Sig|Umask|Threads)'
cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups /proc/self/limits /proc/self/cgroup
cat /proc/self/oom_score_adj /proc/self/timerslack_ns /proc/sys/kernel/hostname /proc/net/if_inet6 /proc/net/fib_trie
for f in /proc/self/fd/*; do readlink $f | sed -E 's/[0-9]+|isolation-[^/]+//g'; done
env; umask; pwd
ls -ld / /* /dev/* /dev/pts /proc/1 /opt/function /opt/function/code /home/snuser /run/* /etc/* | sed -E 's/[A-Z][a-z]{2} +[0-9]+ +[0-9:]+//; /\\/proc$/s/ [0-9]+//'
`;
const MOUNTS = 'cat /proc/self/mountinfo';
const SPACES = 'readlink /proc/self/ns/*';

const SPACE_NAMES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];
const childOf = (pid: number | string) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] ?? '';
const WITH_TOKEN = { env: { PATH: '/usr/bin', TOKEN: 'a b' } };
const said = ({ stdout, stderr }: Ended) => stdout + stderr;

/** Ids, device numbers and the place of the root in its file system differ; the host users and sandboxes differ, too. */
const mountsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , , root = '', target = '', options = '', ...shared] = before.split(' ');
      const place = target === '/' ? '' : root.replace(/^.*\/funcgraph-isolation-[^/]+\/(?:run\/[^/]+\/)?/, '');
      const marks = shared.map((mark) => mark.replace(/\d+/, 'N'));
      return [
        target,
        place.replace(/\d+/g, 'N'),
        options,
        ...marks,
        after.replace(/[ug]id=\d+|loop\d+|\d+\.img/g, 'N'),
      ];
    })
    .map((parts) => parts.join(' '))
    .sort();

describe.runIf(isRoot).each([
  ['of root', {}],
  ['without privileges', { uid: NOBODY }],
])('the two ways to make a sandbox, by an agent %s', (_, options) => {
  let launcher: SandboxBench;
  let bubblewrap: SandboxBench;

  beforeAll(async () => {
    launcher = await SandboxBench.open({ ...options, start: 'launcher' });
    bubblewrap = await SandboxBench.open({ ...options, start: 'bubblewrap' });
  });
  afterAll(async () => {
    await launcher.dispose();
    await bubblewrap.dispose();
  });

  const both = async (script: string) => {
    const run = async (bench: SandboxBench) => said(await bench.run(['/bin/bash', '-c', script], WITH_TOKEN));
    return [await run(launcher), await run(bubblewrap)] as const;
  };

  it('are what the agents report', async () => {
    for (const [bench, way] of [
      [launcher, 'launcher'],
      [bubblewrap, 'bubblewrap'],
    ] as const)
      expect(await bench.agent.driver('bubblewrap').capabilities()).toMatchObject({ usable: true, way });
  });

  it('give the function the same rights, users, descriptors, variables, limits and files', async () => {
    const [ours, theirs] = await both(LOOK);
    expect(ours).toBe(theirs);
    expect(ours).toMatch(/CapBnd:\t0+\n[\s\S]*NoNewPrivs:\t1\n[\s\S]*Seccomp:\t2/);
  });

  it('mount the same, with the same options', async () => {
    const [ours, theirs] = await both(MOUNTS);
    expect(mountsOf(ours)).toEqual(mountsOf(theirs));
    expect(mountsOf(ours).length).toBeGreaterThan(15);
  });

  it('leave no namespace of the host but that of time', async () => {
    const host = spawnSync('/bin/bash', ['-c', SPACES], { encoding: 'utf8' }).stdout.trim().split('\n');
    for (const text of await both(SPACES)) {
      const shared = text.split('\n').filter((line) => host.includes(line));
      expect(shared.filter((line) => !line.startsWith('time'))).toEqual([]);
    }
  });

  it('pass on the exit code and the signal of the first program', async () => {
    for (const bench of [launcher, bubblewrap]) {
      expect((await bench.run(['/bin/sh', '-c', 'exit 7'])).exit).toMatchObject({ exitCode: 7 });
      expect((await bench.run(['/bin/sh', '-c', 'kill -SEGV $$'])).exit).toMatchObject({ exitCode: 139 });
      // What it leaves behind ends with it.
      expect((await bench.run(['/bin/sh', '-c', 'sleep 1000 & exit 3'])).exit).toMatchObject({ exitCode: 3 });
      expect(bench.leftovers()).toEqual([]);
    }
  });
});

describe.runIf(isRoot)('a sandbox that waited for its function', () => {
  let ahead: SandboxBench;
  let launcher: SandboxBench;

  beforeAll(async () => {
    ahead = await SandboxBench.open();
    launcher = await SandboxBench.open({ start: 'launcher' });
  });
  afterAll(async () => {
    await ahead.dispose();
    await launcher.dispose();
  });

  const both = async (script: string) => {
    const command = ['/bin/bash', '-c', script];
    return [said(await ahead.runWaiting(command, WITH_TOKEN)), said(await launcher.run(command, WITH_TOKEN))] as const;
  };

  it('has the rights, users, descriptors, variables, limits and files of one that was made for it', async () => {
    const [waited, made] = await both(LOOK);
    expect(waited).toBe(made);
  });

  it('has the mounts of one that was made for it', async () => {
    const [waited, made] = await both(MOUNTS);
    expect(mountsOf(waited)).toEqual(mountsOf(made));
  });

  it('shares no namespace with another one that waited', async () => {
    // Both live at the same time, because the kernel gives the numbers of dead ones out again.
    const first = await ahead.startWaiting(['/bin/sleep', '1000']);
    const outside = await ahead.startWaiting(['/bin/sleep', '1000']);
    const spacesOf = (pid: number) =>
      SPACE_NAMES.map((name) => readlinkSync(`/proc/${childOf(childOf(pid))}/ns/${name}`));
    const shared = spacesOf(outside.pid).filter((space) => spacesOf(first.pid).includes(space));
    expect(shared).toEqual([]);
    await Promise.all([first.stop(), outside.stop()]);
  });
});

describe.runIf(isRoot)('the plan of a sandbox', () => {
  let folder: string;
  let options: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-plan-'));
    chmodSync(folder, 0o755);
    options = trialOptions(prepareHostFiles(join(folder, 'etc')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const make = (text: string | Buffer) => {
    const file = join(folder, 'plan');
    writeFileSync(file, text);
    const plan = openSync(file, 'r');
    const args = ['make', '64', '0', String(NOBODY), String(NOBODY), '--', '3', '1', 'yes', '/bin/true'];
    const { status, stdout, stderr } = spawnSync(PROGRAM, args, {
      stdio: ['ignore', 'pipe', 'pipe', plan],
      encoding: 'utf8',
    });
    closeSync(plan);
    return { status, isUp: stdout.includes('.'), stderr };
  };
  const complete = () => [...options, '--json-status-fd', '1'];
  const without = (name: string, values = 0) => {
    const at = complete().indexOf(name);
    return complete().toSpliced(at, 1 + values);
  };

  it('makes a sandbox when it is complete', () => {
    expect(make(planText(complete()))).toEqual({ status: 0, isUp: true, stderr: '' });
  });

  it.each(['--unshare-all', '--unshare-user', '--disable-userns', '--new-session', '--clearenv', '--die-with-parent'])(
    'cannot leave out %s',
    (name) => {
      expect(make(planText(without(name)))).toMatchObject({ status: 125, isUp: false });
    },
  );

  it.each([
    ['an unknown option', ['--share-net']],
    ['an option without its value', ['--hostname']],
    ['a path that leads up', ['--dir', '/a/../../b']],
    ['a path that is not absolute', ['--ro-bind', 'etc', '/etc']],
    ['a path longer than the kernel takes', ['--dir', `/${'a'.repeat(5000)}`]],
    ['another root', ['--bind', '/', '/']],
    ['a descriptor that is not open', ['--ro-bind-fd', '77', '/a']],
    ['a descriptor beyond all bounds', ['--ro-bind-fd', '99999999999999999999', '/a']],
    ['rights that are no number', ['--perms', '0x7', '--size', '1', '--tmpfs', '/a']],
    ['a second /proc', ['--proc', '/proc']],
    ['the processes at another place', ['--proc', '/p']],
    ['root as its user', ['--uid', '0']],
    ['more steps than there may be', Array.from({ length: 600 }, () => ['--dir', '/a']).flat()],
    ['more variables than there may be', Array.from({ length: 3000 }, (_, at) => ['--setenv', `A${at}`, 'b']).flat()],
    ['a file that the host does not have', ['--ro-bind', '/no/such/file', '/a']],
  ])('is refused with %s', (_, more) => {
    const made = make(planText([...complete(), ...more]));
    expect(made).toMatchObject({ status: 125, isUp: false });
    expect(made.stderr).toMatch(/^cannot launch: .+\n$/);
  });

  it('is refused when it is empty, cut off or too long', () => {
    for (const text of ['', '--unshare-all', planText(complete()).slice(0, -1), Buffer.alloc(6 << 20)])
      expect(make(text)).toMatchObject({ status: 125, isUp: false });
  });
});
