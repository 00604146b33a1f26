import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isOwnerAlive, isOwnerId, livingProcess, ownerIdOf } from './owner.ts';

describe('the name of an agent', () => {
  it('recognises a living process', () => {
    const name = ownerIdOf(process.pid);
    expect(isOwnerId(name)).toBe(true);
    expect(isOwnerAlive(name)).toBe(true);
  });

  it('recognises a dead process', async () => {
    const child = spawn('sleep', ['1000']);
    const name = ownerIdOf(child.pid ?? 0);
    expect(isOwnerAlive(name)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isOwnerAlive(name)).toBe(false);
  });

  it('is not taken over by another process with the same id or by another boot', () => {
    const [pid, startTime, boot] = ownerIdOf(process.pid).split('-');
    expect(isOwnerAlive(`${pid}-${Number(startTime) + 1}-${boot}`)).toBe(false);
    expect(isOwnerAlive(`${pid}-${startTime}-00000000`)).toBe(false);
  });

  it('comes with the parent of the process', () => {
    const child = spawn('sleep', ['1000']);
    expect(livingProcess(child.pid ?? 0)).toMatchObject({
      parent: process.pid,
      startTime: expect.stringMatching(/^\d+$/),
    });
    child.kill('SIGKILL');
    expect(livingProcess(2 ** 22 + 1)).toBeUndefined();
  });

  it.each(['', 'tmp', '1-2', '../1-2-00000000', '1-2-00000000/x', 'x1-2-00000000'])('is not %j', (text) => {
    expect(isOwnerId(text)).toBe(false);
    expect(isOwnerAlive(text)).toBe(false);
  });
});
