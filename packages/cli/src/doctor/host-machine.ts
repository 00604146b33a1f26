import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import type { Machine } from './check.ts';

const DEADLINE_MS = 15_000;

async function allowed(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The machine that this process runs on. */
export function hostMachine(uid: number | undefined): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.version,
    uid,
    run: (command, args) =>
      new Promise((resolve) => {
        execFile(
          command,
          [...args],
          { timeout: DEADLINE_MS, encoding: 'utf8', maxBuffer: 256 * 1024 },
          (error, stdout, stderr) => {
            if (error === null) resolve({ code: 0, output: stdout });
            else if (error.code === 'ENOENT') resolve({ code: undefined, output: '' });
            else
              resolve({
                code: typeof error.code === 'number' ? error.code : 1,
                output: stderr || stdout || error.message,
              });
          },
        );
      }),
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    writable: (path) => allowed(path, constants.W_OK),
    exists: (path) => allowed(path, constants.F_OK),
    async freeBytes(path) {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    },
  };
}
