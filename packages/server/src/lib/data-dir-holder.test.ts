import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holderOf, noteHolder, untilNotStopping } from './data-dir-holder.ts';
import { ManualClock } from './manual-clock.ts';

let dir: string;
let clock: ManualClock;
let waited: number[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fg-holder-'));
  clock = new ManualClock();
  waited = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const { signal } = new AbortController();
const wait = () => untilNotStopping(dir, { clock, mostMs: 1_000, signal, onWait: ({ pid }) => waited.push(pid) });
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100);
    await new Promise(setImmediate);
  }
}

it('a start waits until a server that is stopping has removed its note', async () => {
  noteHolder(dir, { isStopping: true });
  const waiting = wait();
  await pass(300);
  expect(waited).toEqual([process.pid]);
  rmSync(join(dir, 'server.pid'));
  await pass(100);
  await waiting;
});

it('a start waits for no longer than it may', async () => {
  noteHolder(dir, { isStopping: true });
  const waiting = wait();
  await pass(1_100);
  await waiting;
});

it('a start waits for no server that runs, and for none that was killed', async () => {
  await wait();
  noteHolder(dir, { isStopping: false });
  await wait();
  const { pid } = spawnSync('true');
  writeFileSync(join(dir, 'server.pid'), `${pid} stopping\n`);
  await wait();
  expect(waited).toEqual([]);
});

it('a note is no link, no pipe and no other text', () => {
  const file = join(dir, 'server.pid');
  spawnSync('mkfifo', [file]);
  expect(holderOf(dir)).toBeUndefined();
  rmSync(file);
  writeFileSync(join(dir, 'other'), '1\n');
  symlinkSync('other', file);
  expect(holderOf(dir)).toBeUndefined();
  rmSync(file);
  for (const text of ['', '0\n', '-1\n', '1', '1 stopping now\n', `${'1'.repeat(70)}\n`]) {
    writeFileSync(file, text);
    expect([text, holderOf(dir)]).toEqual([text, undefined]);
  }
});
