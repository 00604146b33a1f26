import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../framework/index.ts';
import { runCli } from '../../testing/run-cli.ts';
import type { ProgramRun, ServiceHost } from './host.ts';
import { serviceNoun } from './index.ts';
import { quoted } from './unit.ts';

const ROOT = { env: {}, cwd: '/root', uid: 0 } as unknown as Context;
const FLAGS = { set: [], 'backup-at': 'daily', 'backup-keep': 14 };

let units: Map<string, string>;
let ran: string[];
let answers: Record<string, ProgramRun>;
let hasSystemd: boolean;

const host: ServiceHost = {
  hasSystemd: async () => hasSystemd,
  run: async (program, args) => {
    const line = [program, ...args].join(' ');
    ran.push(line);
    const known = Object.keys(answers).find((start) => line.startsWith(start));
    return known === undefined ? { ok: true, stdout: '', stderr: '' } : (answers[known] as ProgramRun);
  },
  readUnit: async (name) => units.get(name),
  writeUnit: async (name, text) => void units.set(name, text),
  removeUnit: async (name) => void units.delete(name),
};

beforeEach(() => {
  units = new Map();
  ran = [];
  answers = {};
  hasSystemd = true;
});

function run(name: string, flags: Record<string, unknown> = {}, context = ROOT) {
  const command = serviceNoun(host).commands.find((each) => each.name === `service ${name}`);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command.run({ flags: { ...FLAGS, ...flags } as never, args: {} }, context);
}

describe('the service', () => {
  it('is installed with the flags of the server, started, and started again with others', async () => {
    await run('install', { host: '0.0.0.0', 'public-url': 'https://fgs.example.com', 'drain-timeout': '15m' });
    const unit = units.get('funcgraph.service') ?? '';
    expect(unit).toMatch(
      /^ExecStart=\/.*\/packages\/cli\/bin\/fgs start --data-dir \/var\/lib\/funcgraph --host 0\.0\.0\.0 --drain-timeout 15m --public-url https:\/\/fgs\.example\.com$/m,
    );
    expect(unit).toContain('TimeoutStopSec=960\n');
    expect(ran).toEqual([
      'systemctl daemon-reload',
      'systemctl enable funcgraph.service',
      'systemctl restart funcgraph.service',
    ]);
    await run('install', { host: '127.0.0.1' });
    expect(units.get('funcgraph.service')).toContain('--host 127.0.0.1');
  });

  it('names files absolutely, and waits for the longest drain when a file has the settings', async () => {
    await run('install', { config: 'fgs.json', 'otlp-headers-file': '../otlp' });
    const unit = units.get('funcgraph.service');
    expect(unit).toContain('--config /root/fgs.json');
    expect(unit).toContain('--otlp-headers-file /otlp');
    expect(unit).toContain('TimeoutStopSec=3660\n');
  });

  it('passes settings on as fgs start takes them, and refuses what is none', async () => {
    await run('install', { set: ['idle_timeout=5m', 'region=a b'] });
    expect(units.get('funcgraph.service')).toContain(' --set idle_timeout=5m --set "region=a b"\n');
    units.clear();
    await expect(run('install', { set: ['idle-timeout'] })).rejects.toThrow('--set is not NAME=VALUE');
    expect(units.size).toBe(0);
  });

  it('makes backups by a timer, until it is installed without', async () => {
    await run('install', { 'backup-dir': 'backups', 'backup-at': 'Mon 03:00', 'backup-keep': 5, 'data-dir': '/data' });
    expect(units.get('funcgraph-backup.service')).toMatch(
      /^ExecStart=\S+fgs backup rotate \/root\/backups --keep 5 --data-dir \/data$/m,
    );
    expect(units.get('funcgraph-backup.timer')).toContain('OnCalendar=Mon 03:00\n');
    expect(ran).toContain('systemctl enable --now funcgraph-backup.timer');
    await run('install');
    expect([...units.keys()]).toEqual(['funcgraph.service']);
  });

  it('is refused before anything changes: wrong time, PostgreSQL with backups, no isolation, no root, no systemd', async () => {
    answers['systemd-analyze'] = { ok: false, stdout: '', stderr: 'Failed to parse' };
    await expect(run('install', { 'backup-dir': '/b', 'backup-at': 'never' })).rejects.toThrow('Failed to parse');
    const backups = { 'backup-dir': '/b', 'database-url': 'postgres://u@h/d' };
    await expect(run('install', backups)).rejects.toThrow('no backups of PostgreSQL');
    await expect(run('install', { sandbox: 'process' })).rejects.toThrow('isolated');
    await expect(run('install', {}, { ...ROOT, uid: 1000 })).rejects.toThrow('only root');
    hasSystemd = false;
    await expect(run('install')).rejects.toThrow('systemd does not run this machine');
    expect(units.size).toBe(0);
  });

  it('that does not start is reported with the end of its log', async () => {
    answers['systemctl restart'] = { ok: false, stdout: '', stderr: '' };
    answers.journalctl = { ok: true, stdout: 'port 8080 is taken\n', stderr: '' };
    await expect(run('install')).rejects.toThrow('the service does not start\nport 8080 is taken');
  });

  it('says how it is', async () => {
    await expect(run('status')).rejects.toThrow('not installed');
    await run('install', { 'backup-dir': '/b' });
    const shown = ['ActiveState=active', 'SubState=running', 'UnitFileState=enabled', 'MainPID=77', 'NRestarts=1'];
    answers['systemctl show funcgraph.service'] = {
      ok: true,
      stdout: [...shown, 'ActiveEnterTimestamp=Sat 2026-11-28 05:00:00 UTC', 'MemoryCurrent=104857600', ''].join('\n'),
      stderr: '',
    };
    answers['systemctl show funcgraph-backup.timer'] = {
      ok: true,
      stdout: 'Sun 2026-11-29 02:30:00 UTC\n',
      stderr: '',
    };
    expect(await run('status')).toMatchObject({
      data: {
        state: 'active (running)',
        pid: 77,
        restarts: 1,
        memory_mb: 100,
        next_backup: 'Sun 2026-11-29 02:30:00 UTC',
      },
      exitCode: 0,
    });
  });

  it('is removed with its timer', async () => {
    await run('install', { 'backup-dir': '/b' });
    ran = [];
    await run('uninstall');
    expect(units.size).toBe(0);
    expect(ran.at(-1)).toBe('systemctl daemon-reload');
    await expect(run('uninstall')).rejects.toThrow('not installed');
  });

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('has files that systemd accepts without a remark', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fg-units-'));
    const printed = await runCli(
      [
        'service',
        'install',
        '--print',
        '--output',
        'json',
        '--backup-dir',
        '/b c',
        '--set',
        'region=100%$x',
        '--data-dir',
        '/d "e"',
      ],
      { uid: 0 },
    );
    const made = (JSON.parse(printed.stdout) as { units: Record<string, string> }).units;
    for (const [name, text] of Object.entries(made)) writeFileSync(join(folder, name), text);
    const files = Object.keys(made).map((name) => join(folder, name));
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', ...files], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(files).toHaveLength(3);
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  });
});

it('writes words as systemd reads them', () => {
  expect(['/a/b', '100%', '$HOME', 'a b', 'say "x"', 'a\\b'].map(quoted)).toEqual([
    '/a/b',
    '100%%',
    '$$HOME',
    '"a b"',
    '"say \\"x\\""',
    '"a\\\\b"',
  ]);
});
