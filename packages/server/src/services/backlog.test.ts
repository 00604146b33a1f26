import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Backlog, type ProjectBacklog } from './backlog.ts';

function backlogOf(usage: () => Promise<readonly ProjectBacklog[]>) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const backlog = new Backlog({
    usage,
    quota: { entries: 3, bytes: 100 },
    clock,
    refusal: ['too many', 'wait'],
    onError: (error) => errors.push(error),
  });
  return { backlog, clock, errors };
}

const full = expect.objectContaining({ code: 'backlog_full', message: 'too many', hint: 'wait' });

describe('a backlog', () => {
  it('refuses the entry or byte over the quota of a project, and takes those of others', () => {
    const { backlog } = backlogOf(async () => []);
    for (let n = 0; n < 3; n += 1) backlog.admit('p', 1);
    expect(() => backlog.admit('p', 1)).toThrow(full);
    expect(() => backlog.admit('q', 101)).toThrow(full);
    backlog.admit('q', 100);
  });

  it('counts entries that arrive while it counts', async () => {
    const counts: ((projects: readonly ProjectBacklog[]) => void)[] = [];
    const { backlog, clock } = backlogOf(() => new Promise((resolve) => counts.push(resolve)));
    backlog.admit('p', 1);
    backlog.admit('p', 1);
    counts[0]?.([{ projectId: 'p', entries: 1, bytes: 1 }]);
    await setImmediate();
    expect(() => backlog.admit('p', 1)).toThrow(full);
    clock.advance(1_000);
    expect(() => backlog.admit('p', 1)).toThrow(full);
    counts[1]?.([]);
    await setImmediate();
    backlog.admit('p', 1);
  });

  it('goes on with its last count when one fails', async () => {
    const { backlog, errors } = backlogOf(() => Promise.reject(new Error('no database')));
    backlog.admit('p', 100);
    await expect.poll(() => errors.length).toBe(1);
    expect(() => backlog.admit('p', 1)).toThrow(full);
  });
});
