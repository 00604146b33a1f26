import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HelperProcess } from '../../packages/agent/src/attach/helper-process.ts';
import { livingProcess } from '../../packages/agent/src/owner.ts';
import { composeService } from './container/image.ts';
import { capabilitiesOf } from './container/oci-config.ts';

const isRoot = process.getuid?.() === 0;
const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PROGRAM = fromRoot('packages/agent/native/build/attach');
/** Set users and groups, for the targets that it makes; read and search, chroot, ptrace and admin. */
const RIGHTS = '00000000002c00c4';

describe.runIf(isRoot)('the attach helper', () => {
  let helper: HelperProcess;
  let folder: string;

  beforeAll(async () => {
    execFileSync(process.execPath, [fromRoot('scripts/build-native.mjs')], { stdio: 'inherit' });
    helper = await HelperProcess.start(PROGRAM);
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-attach-'));
  });
  afterAll(async () => {
    await helper.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const me = (changes: object = {}) => ({
    ...{ id: 'me', pid: process.pid, startTime: livingProcess(process.pid)?.startTime ?? '' },
    ...changes,
  });
  const attach = (target: object, below = '') =>
    helper.attach(me(target), { root: folder, below }, '/opt/function/code');
  const failing = (text: string) =>
    expect.objectContaining({ code: 'ATTACH_FAILED', message: expect.stringContaining(text) });

  it('keeps only the rights that it needs', () => {
    const status = readFileSync(`/proc/${helper.pid}/status`, 'utf8');
    expect(status).toContain(`CapPrm:\t${RIGHTS}\n`);
    expect(status).toContain(`CapEff:\t${RIGHTS}\n`);
    expect(status).toContain('NoNewPrivs:\t1\n');
  });

  it('never attaches in the namespace it works from', async () => {
    await expect(attach({})).rejects.toEqual(failing('find-process EXDEV'));
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('/opt/function/code');
  });

  it('never takes a process for another one that had its number', async () => {
    const later = String(Number(me().startTime) + 1);
    await expect(attach({ startTime: later })).rejects.toEqual(failing('find-process ESRCH'));
  });

  it('reports that a process is gone', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    await expect(attach({ pid: child.pid })).rejects.toEqual(failing('ESRCH'));
  });

  it('follows no symbolic link on the way to the source', async () => {
    symlinkSync(folder, join(folder, 'link'));
    await expect(attach({}, 'link')).rejects.toEqual(failing('open-source ELOOP'));
    await expect(attach({}, 'link/link')).rejects.toEqual(failing('open-source ELOOP'));
    await expect(attach({}, 'missing')).rejects.toEqual(failing('open-source ENOENT'));
    const root = join(folder, 'link');
    await expect(helper.attach(me(), { root, below: '' }, '/opt/function/code')).rejects.toEqual(
      failing('open-root ELOOP'),
    );
  });

  it('is back in its own namespace when something fails inside', async () => {
    const other = spawn('unshare', ['--mount', '--', 'sleep', '1000'], { stdio: 'ignore' });
    const own = readlinkSync('/proc/self/ns/mnt');
    const pid = other.pid ?? 0;
    await expect.poll(() => readlinkSync(`/proc/${pid}/ns/mnt`)).not.toBe(own);
    const target = me({ pid, startTime: livingProcess(pid)?.startTime });
    const attaching = helper.attach(target, { root: folder, below: '' }, '/opt/function/not-there');
    await expect(attaching).rejects.toEqual(failing('open-target ENOENT'));
    expect(readlinkSync(`/proc/${helper.pid}/ns/mnt`)).toBe(own);
    other.kill();
  });

  it('enters the folders of every user with the rights of a container, too', async () => {
    const rights = capabilitiesOf(await composeService()).map((name) => `+${name.toLowerCase()}`);
    expect(rights).not.toContain('+dac_read_search');
    const program = join(folder, 'attach-with-the-rights-of-a-container');
    const script = `#!/bin/sh\nexec setpriv --bounding-set ${['-all', ...rights].join()} -- '${PROGRAM}'\n`;
    writeFileSync(program, script, { mode: 0o700 });
    const closed = join(folder, 'closed');
    mkdirSync(join(closed, 'code'), { recursive: true });
    chownSync(closed, 800, 800);
    chmodSync(closed, 0o700);
    const places = 'mount -t tmpfs none /opt; mkdir -p /opt/function/code; chown -R 65534 /opt/function';
    const waits = `${places}; chmod -R 700 /opt/function; echo ready; exec sleep 1000`;
    const other = spawn('unshare', ['--mount', '--', 'sh', '-ec', waits], { stdio: ['ignore', 'pipe', 'inherit'] });
    const contained = await HelperProcess.start(program);
    try {
      await once(other.stdout, 'data');
      const pid = other.pid ?? 0;
      const target = me({ pid, startTime: livingProcess(pid)?.startTime });
      await contained.attach(target, { root: folder, below: 'closed/code' }, '/opt/function/code');
      expect(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).toContain(' /opt/function/code ro,');
    } finally {
      other.kill();
      await contained.close();
    }
  });

  it('answers many requests in order', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 500 }, () => attach({})));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  });

  const record = (...fields: string[]) => fields.map((field) => `${field}\0`).join('');
  it.each([
    ['nothing at all', '\0'.repeat(7)],
    ['a number that is none', record('x', '1', '1', '/a', '', '/opt/function/code', 'find')],
    ['a negative process', record('1', '-1', '1', '/a', '', '/opt/function/code', 'find')],
    ['process 0', record('1', '0', '1', '/a', '', '/opt/function/code', 'find')],
    ['a process number that does not fit', record('1', '4294967297', '1', '/a', '', '/opt/function/code', 'find')],
    ['a relative source', record('1', '1', '1', 'a', '', '/opt/function/code', 'find')],
    ['a source that climbs', record('1', '1', '1', '/a/../b', '', '/opt/function/code', 'find')],
    ['a source that climbs out of its root', record('1', '1', '1', '/a', '../b', '/opt/function/code', 'find')],
    ['a source below its root that begins anew', record('1', '1', '1', '/a', '/b', '/opt/function/code', 'find')],
    ['a target that climbs', record('1', '1', '1', '/a', '', '/opt/function/../../etc', 'find')],
    ['a target elsewhere', record('1', '1', '1', '/a', '', '/etc', 'find')],
    ['the function folder itself', record('1', '1', '1', '/a', '', '/opt/function', 'find')],
    ['a target with an empty part', record('1', '1', '1', '/a', '', '/opt/function//code', 'find')],
    ['a path that is too long', record('1', '1', '1', `/${'a'.repeat(5000)}`, '', '/opt/function/code', 'find')],
    ['a target to make elsewhere', record('1', '1', '1', '/a', '', '/etc/a', 'make')],
    ['neither find nor make', record('1', '1', '1', '/a', '', '/opt/function/code', 'look')],
    ['a field without end', 'a'.repeat(30_000)],
  ])('ends when it reads %s', async (_what, bytes) => {
    expect(await run([PROGRAM], bytes)).toEqual({ said: 'ready\n', code: 2 });
  });

  it('ends with its input, also in the middle of a record', async () => {
    expect(await run([PROGRAM], '')).toEqual({ said: 'ready\n', code: 0 });
    expect(await run([PROGRAM], '1\0')).toEqual({ said: 'ready\n', code: 0 });
  });

  it('reports at once that it cannot work without rights', async () => {
    const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--bounding-set', '-all'];
    const { said, code } = await run([...asNobody, '--', PROGRAM], '');
    expect(said).toMatch(/^no [a-z-]+ 1\n$/);
    expect(code).toBe(1);
  });

  it.each(['/bin/false', '/bin/pwd', '/nowhere/attach'])('is not %s', async (program) => {
    await expect(HelperProcess.start(program)).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
  });

  it('is killed when it never reports that it is ready', async () => {
    await expect(HelperProcess.start('/bin/cat')).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
  });
});

async function run(
  [program = '', ...args]: readonly string[],
  input: string,
): Promise<{ said: string; code: unknown }> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  // It may end before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { said, code };
}
