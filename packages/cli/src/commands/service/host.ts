import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const UNITS = '/etc/systemd/system';

export interface ProgramRun {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The machine as these commands see it. */
export interface ServiceHost {
  /** Whether systemd runs this machine. */
  hasSystemd(): Promise<boolean>;
  run(program: string, args: readonly string[]): Promise<ProgramRun>;
  readUnit(name: string): Promise<string | undefined>;
  writeUnit(name: string, text: string): Promise<void>;
  removeUnit(name: string): Promise<void>;
}

export const machine: ServiceHost = {
  hasSystemd: async () =>
    (await machine.run('systemctl', ['show', '--property=Version', '--value'])).stdout.trim() !== '',
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { encoding: 'utf8' }, (error, stdout, stderr) =>
        resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? '') }),
      );
    }),
  readUnit: (name) =>
    readFile(join(UNITS, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  writeUnit: async (name, text) => {
    await mkdir(UNITS, { recursive: true });
    await writeFile(join(UNITS, name), text, { mode: 0o644 });
  },
  removeUnit: (name) => rm(join(UNITS, name), { force: true }),
};
