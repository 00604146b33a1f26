import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverCommand } from './server-command.ts';

const run = promisify(execFile);
const USER = { uid: 54_321, gid: 54_322 };

const commandFor = (ports: number[]) =>
  serverCommand({ user: USER, ports, closed: [], stage: '/run/stage', command: ['node', 'main.js'] });

describe('the command of the server', () => {
  it('has the rights of its user, no way to more, and ends with the launcher', () => {
    expect(commandFor([8080, 0])).toEqual(
      'setpriv --reuid 54321 --regid 54322 --init-groups --no-new-privs --pdeathsig KILL -- node main.js'.split(' '),
    );
  });

  it('may use a port below 1024 when one is configured', () => {
    expect(commandFor([443, 8081]).join(' ')).toContain('--ambient-caps +net_bind_service');
    expect(commandFor([1024, 65_535]).join(' ')).not.toContain('net_bind_service');
  });
});

describe.runIf(process.getuid?.() === 0)('a server whose program and data are in closed folders', () => {
  let home: string;
  let stage: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "fgh-it's-"));
    stage = mkdtempSync(join(tmpdir(), 'fgs-'));
    mkdirSync(join(home, 'deep/data'), { recursive: true });
    writeFileSync(join(home, 'deep/data/file'), 'data');
    writeFileSync(join(home, 'deep/program'), 'program');
    writeFileSync(join(home, 'secret'), 'secret');
    chmodSync(home, 0o700);
    chmodSync(join(home, 'deep'), 0o700);
  });
  afterEach(() => {
    for (const folder of [home, stage]) rmSync(folder, { recursive: true });
  });

  it('sees them where they are and nothing beside them, and no other process sees a difference', async () => {
    const needed = [join(home, 'deep/data'), join(home, 'deep/program')];
    const look =
      'find "$1" -type f | sort; cat "$1/deep/data/file" "$1/deep/program"; ls "$1" || echo no list; stat -c "%a %g" "$1"; id -u';
    const [program = '', ...args] = serverCommand({
      user: { uid: 1, gid: 1 },
      ports: [],
      closed: [{ path: home, needed }],
      stage,
      command: ['sh', '-c', look, 'sh', home],
    });
    const { stdout } = await run(program, args, { cwd: '/' });
    expect(stdout).toBe('dataprogramno list\n710 1\n1\n');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(home);
    expect(readFileSync(join(home, 'secret'), 'utf8')).toBe('secret');
  });
});
