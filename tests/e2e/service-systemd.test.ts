import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ANY_PORTS, ROOT } from '../server.ts';
import { NoSystemd, SystemdMachine } from './systemd/machine.ts';

const FGS = join(ROOT, 'packages/cli/bin/fgs');
/** The first start looks at every interpreter of the machine. */
const PATIENCE = { timeout: 180_000, interval: 500 };

/** Runs `fgs` there; a failure fails the test. */
async function fgs(machine: SystemdMachine, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tried(machine, ...args);
  expect(exitCode, `fgs ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

async function tried(machine: SystemdMachine, ...args: string[]) {
  const { exitCode, stdout, stderr } = await machine.run(FGS, args, { FGS_DATA_DIR: join(machine.folder, 'data') });
  return { exitCode, stdout: stdout.toString('utf8'), stderr };
}

async function show(machine: SystemdMachine, unit: string, property: string): Promise<string> {
  const { stdout } = await machine.run('systemctl', ['show', unit, `--property=${property}`, '--value']);
  return stdout.toString('utf8').trim();
}

async function called(machine: SystemdMachine): Promise<string> {
  const { stdout, stderr } = await tried(machine, 'functions', 'invoke', 'hello', '--data', '{}');
  return stdout || stderr;
}

test('the service runs under systemd, comes back when it is killed, makes backups and is removed', {
  timeout: 900_000,
}, async ({ skip }) => {
  const booted = await SystemdMachine.boot().catch((error: unknown) => {
    if (error instanceof NoSystemd) return error;
    throw error;
  });
  if (booted instanceof NoSystemd) return skip(booted.message);
  await using machine = booted;
  const install = ['service', 'install', '--data-dir', join(machine.folder, 'data'), ...ANY_PORTS];

  const wrong = await tried(machine, ...install, '--set', 'idle_timeout=never');
  expect(wrong.stderr).toContain('the service does not start');
  expect(wrong.stderr).toContain('idle');
  // it does not become right by another start
  await expect.poll(() => show(machine, 'funcgraph', 'ActiveState'), PATIENCE).toBe('failed');
  expect(await show(machine, 'funcgraph', 'NRestarts')).toBe('0');

  expect(await fgs(machine, ...install, '--set', 'idle_timeout=4m')).toContain('funcgraph.service runs');
  expect(await fgs(machine, 'service', 'status', '--field', 'state')).toBe('active (running)\n');
  const code = join(machine.folder, 'hello');
  await mkdir(code);
  await writeFile(join(code, 'index.js'), "exports.handler = async (event, context) => 'seen';\n");
  await fgs(machine, 'functions', 'deploy', code, '--runtime', 'Node.js', '--handler', 'index.handler');
  expect(await called(machine)).toContain('seen');

  await machine.run('systemctl', ['kill', '--kill-whom=main', '--signal=KILL', 'funcgraph']);
  await expect.poll(() => show(machine, 'funcgraph', 'NRestarts'), PATIENCE).toBe('1');
  await expect.poll(() => called(machine), PATIENCE).toContain('seen');

  const backups = join(machine.folder, 'backups');
  await fgs(machine, ...install, '--backup-dir', backups, '--backup-at', 'daily');
  expect(await fgs(machine, 'service', 'status', '--field', 'next_backup')).not.toContain('none');
  // without the delay that spreads the backups of many machines
  const own = '[Timer]\nRandomizedDelaySec=0\nAccuracySec=1s\n';
  const dropIn = '/etc/systemd/system/funcgraph-backup.timer.d';
  await machine.run('sh', ['-c', `mkdir ${dropIn} && printf '%s' "$1" > ${dropIn}/soon.conf`, 'sh', own]);
  await fgs(machine, ...install, '--backup-dir', backups, '--backup-at', '*:*:0/20', '--backup-keep', '2');
  await expect.poll(() => backupsIn(backups), PATIENCE).not.toEqual([]);
  expect(await called(machine)).toContain('seen');

  expect(await fgs(machine, 'service', 'uninstall')).toContain('The service is removed');
  expect(await show(machine, 'funcgraph', 'LoadState')).toBe('not-found');
  expect(await show(machine, 'funcgraph-backup.timer', 'LoadState')).toBe('not-found');
  expect((await tried(machine, 'service', 'status')).stderr).toContain('not installed');
  expect(backupsIn(backups)).not.toEqual([]);
});

function backupsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
