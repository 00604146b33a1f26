import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive, livingProcess } from '../owner.ts';
import { endInit } from './end-init.ts';

function sleeper() {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  return { child, known: { pid, startTime: livingProcess(pid)?.startTime ?? '' } };
}

it('kills an init that outlives its monitor, and waits for its death', async () => {
  const { child, known } = sleeper();
  const exited = once(child, 'exit');
  await endInit(known);
  expect(isAlive(known)).toBe(false);
  expect(await exited).toEqual([null, 'SIGKILL']);
});

it('leaves a later process with the same number alone', async () => {
  const { child, known } = sleeper();
  await endInit({ ...known, startTime: String(Number(known.startTime) - 1) });
  expect(isAlive(known)).toBe(true);
  child.kill('SIGKILL');
});
