import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDir } from './index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fg-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/**
 * A process that takes the lock, prints a line, and then lives until it is killed. Its lock stays reachable: otherwise
 * the garbage collector would close it.
 */
async function holder(): Promise<ChildProcess> {
  const module = new URL('./data-dir-lock.ts', import.meta.url).href;
  const program = `const { lockDataDir } = await import(${JSON.stringify(module)});
    globalThis.lock = lockDataDir(${JSON.stringify(dir)}); console.log('locked'); setInterval(() => {}, 1e6);`;
  const args = ['--conditions=@funcgraph/source', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await once(child.stdout, 'data');
  expect(String(output)).toBe('locked\n');
  return child;
}

describe('the lock of the data directory', () => {
  it('names the directory and the process that holds it, and is free again once that was killed', {
    timeout: 30_000,
  }, async () => {
    const child = await holder();
    try {
      expect(() => lockDataDir(dir)).toThrow(
        expect.objectContaining({
          code: 'storage.locked',
          message: expect.stringMatching(new RegExp(`${dir}.*pid ${child.pid}\\b`)),
          hint: expect.any(String),
        }),
      );
    } finally {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    lockDataDir(dir).release();
  });

  it('is refused to a second owner in the same process until the first lets go', () => {
    const first = lockDataDir(dir);
    expect(() => lockDataDir(dir)).toThrow(expect.objectContaining({ code: 'storage.locked' }));
    first.release();
    first.release();
    const second = lockDataDir(dir);
    first.release();
    expect(() => lockDataDir(dir)).toThrow(expect.objectContaining({ code: 'storage.locked' }));
    second.release();
  });

  it('is refused with the name of a directory that does not exist', () => {
    expect(() => lockDataDir(join(dir, 'missing'))).toThrow(
      expect.objectContaining({ code: 'storage.unreadable', message: expect.stringContaining('missing') }),
    );
  });
});
