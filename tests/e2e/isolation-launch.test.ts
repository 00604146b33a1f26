import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareHostFiles, rootArguments } from '../../packages/agent/src/drivers/bubblewrap/host-files.ts';
import { type Launch, type Launcher, ShellLauncher } from '../../packages/agent/src/drivers/launcher.ts';
import { NativeLauncher } from '../../packages/agent/src/drivers/native-launcher.ts';
import { findProgram } from '../../packages/agent/src/host-command.ts';

const isRoot = process.getuid?.() === 0;
const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PROGRAM = fromRoot('packages/agent/native/build/launch');
const UID = 300_123;
const USER = /^(?:Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp):.*$/gm;

describe.runIf(isRoot)('the compiled launcher', () => {
  let folder: string;
  let native: NativeLauncher;
  let shell: ShellLauncher;
  let trial: Parameters<typeof NativeLauncher.open>[1];

  beforeAll(async () => {
    execFileSync(process.execPath, [fromRoot('scripts/build-native.mjs')], { stdio: 'inherit' });
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-launch-'));
    chmodSync(folder, 0o755);
    trial = {
      bwrap: findProgram('bwrap') ?? '',
      rootArgs: rootArguments(prepareHostFiles(join(folder, 'etc'))),
      isRoot,
    };
    native = await NativeLauncher.open(PROGRAM, trial);
    shell = new ShellLauncher({ shell: '/bin/sh', setpriv: findProgram('setpriv') });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const launch = (launcher: Launcher, changes: Partial<Launch>, descriptors: readonly number[] = []) => {
    const usual = { maxFiles: 77, maxProcessesOfUser: 0, joinFiles: [], uid: UID, command: [] };
    const { program, args } = launcher.outside({ ...usual, ...changes });
    const stdio = ['ignore', 'pipe', 'pipe', ...descriptors] as const;
    const env = { PATH: '/usr/bin:/bin' };
    const { status, stdout, stderr } = spawnSync(program, args, { stdio: [...stdio], encoding: 'utf8', env, cwd: '/' });
    return { status, stdout, stderr };
  };

  it('gives the same user, rights and limits as the shell', () => {
    const command = ['cat', '/proc/self/status', '/proc/self/limits'];
    const views = [native, shell].map((launcher) => launch(launcher, { command, maxProcessesOfUser: 99 }).stdout);
    const [ours, theirs] = views.map((text) => ({ user: text.match(USER), limits: text.match(/^Max .*$/gm) }));
    expect(ours).toEqual(theirs);
    expect(ours?.user).toContain(`Uid:\t${UID}\t${UID}\t${UID}\t${UID}`);
    expect(ours?.user).toContain('Groups:\t ');
    expect(ours?.user).toContain('CapEff:\t0000000000000000');
    expect(ours?.limits?.join('\n')).toMatch(/processes +99 +99 [\s\S]*open files +77 +77 /);
  });

  it('joins each group before the command runs', () => {
    const files = ['one', 'two'].map((name) => join(folder, name));
    for (const file of files) closeSync(openSync(file, 'w'));
    const { stdout } = launch(native, { uid: undefined, joinFiles: files, command: ['cat', ...files] });
    expect(stdout).toBe('00');
    expect(launch(native, { joinFiles: [join(folder, 'missing')], command: ['true'] })).toMatchObject({ status: 125 });
  });

  it('reports inside, then leaves neither of its descriptors open', () => {
    const own = openSync(PROGRAM, 'r');
    const report = openSync(join(folder, 'report'), 'w');
    const command = native.inside(['ls', '/proc/self/fd'], { own: 3, started: 4 });
    const { stdout } = launch(native, { command }, [own, report]);
    for (const descriptor of [own, report]) closeSync(descriptor);
    expect(stdout).toBe(launch(native, { command: ['ls', '/proc/self/fd'] }).stdout);
    expect(readFileSync(join(folder, 'report'), 'utf8')).toBe('.');
  });

  it('never runs a command as root for a user, and names what it could not do', () => {
    expect(launch(native, { uid: 0, command: ['id'] })).toMatchObject({ status: 125, stdout: '' });
    expect(launch(native, { uid: UID, gid: 0, command: ['id'] })).toMatchObject({ status: 125, stdout: '' });
    const unknown = launch(native, { command: ['/no/such/program'] });
    expect(unknown).toMatchObject({ status: 127, stderr: expect.stringContaining('/no/such/program: No such file') });
    for (const args of [[], ['enter'], ['enter', 'x', '0', '-', '-', '--', 'id'], ['enter', '9', '0', '-', '-', 'id']])
      expect(spawnSync(PROGRAM, args, { encoding: 'utf8' })).toMatchObject({ status: 125, stdout: '' });
  });

  it('is not used when the users of sandboxes cannot execute it, or was not built', async () => {
    const closed = join(folder, 'closed');
    copyFileSync(PROGRAM, closed);
    chmodSync(closed, 0o700);
    await expect(NativeLauncher.open(closed, trial)).rejects.toThrow();
    expect(existsSync(join(folder, 'absent'))).toBe(false);
    await expect(NativeLauncher.open(join(folder, 'absent'), trial)).rejects.toThrow();
  });
});
