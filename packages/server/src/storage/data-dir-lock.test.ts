import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { lockDataDir, takeDataDir } from './index.ts';

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

describe('a start beside another server', () => {
  const waited: number[] = [];
  const take = (clock: ManualClock, signal?: AbortSignal) =>
    takeDataDir(dir, { clock, mostMs: 5_000, signal, onWait: ({ pid }) => waited.push(pid) });
  const turns = async (clock: ManualClock, ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
  };
  beforeEach(() => waited.splice(0));

  it('waits for one that is stopping, and takes the directory when it ends', async () => {
    const clock = new ManualClock();
    const first = lockDataDir(dir);
    first.leaving();
    const taking = take(clock);
    await turns(clock, 1_000);
    expect(waited).toEqual([process.pid]);
    first.release();
    await turns(clock, 100);
    const second = await taking;
    first.leaving();
    await expect(take(clock)).rejects.toThrow(`in use by another server (pid ${process.pid})`);
    second.release();
  });

  it('is refused at once when the other one is not stopping', async () => {
    const first = lockDataDir(dir);
    await expect(take(new ManualClock())).rejects.toMatchObject({ code: 'storage.locked' });
    expect(waited).toEqual([]);
    first.release();
  });

  it('is refused when the other one does not end in time', async () => {
    const clock = new ManualClock();
    const first = lockDataDir(dir);
    first.leaving();
    const refused = expect(take(clock)).rejects.toMatchObject({
      code: 'storage.locked',
      message: expect.stringMatching(new RegExp(`still in use after 5 s: .*pid ${process.pid} is stopping`)),
    });
    await turns(clock, 5_100);
    await refused;
    first.release();
  });

  it('waits two seconds for one without a note, which begins or ends', async () => {
    const clock = new ManualClock();
    const first = lockDataDir(dir);
    rmSync(join(dir, 'server.pid'));
    const refused = expect(take(clock)).rejects.toMatchObject({ code: 'storage.locked' });
    await turns(clock, 2_100);
    await refused;
    const ending = take(clock);
    await turns(clock, 300);
    first.release();
    await turns(clock, 100);
    (await ending).release();
  });

  it('ends its wait when it is stopped itself', async () => {
    const control = new AbortController();
    const first = lockDataDir(dir);
    first.leaving();
    const refused = expect(take(new ManualClock(), control.signal)).rejects.toMatchObject({ code: 'storage.locked' });
    control.abort();
    await refused;
    first.release();
  });
});
