import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Lifetime } from './lifetime.ts';

function lifetime(): { readonly life: Lifetime; readonly stopped: string[]; readonly lines: string[] } {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  return { life: new Lifetime({ drainMs: 1_000, clock: new ManualClock(), log }), stopped: [], lines };
}

describe('the lifetime of a server', () => {
  it('stops the last part first, each when the one after it has stopped', async () => {
    const { life, stopped } = lifetime();
    life.onStop(() => stopped.push('database'));
    life.onStop(async () => {
      await Promise.resolve();
      stopped.push('listeners');
    });
    expect(life.drain.begun.aborted).toBe(false);
    await life.stop();
    expect(stopped).toEqual(['listeners', 'database']);
    expect(life.drain.begun.aborted).toBe(true);
  });

  it('stops the others when one cannot be stopped, and logs it', async () => {
    const { life, stopped, lines } = lifetime();
    life.onStop(() => stopped.push('database'));
    life.onStop(() => Promise.reject(new Error('still busy')));
    await life.stop();
    expect(stopped).toEqual(['database']);
    expect(lines.join()).toContain('still busy');
  });

  it('is about to end before the drain begins, which waits for what comes before it', async () => {
    const { life, stopped } = lifetime();
    const notice = Promise.withResolvers<void>();
    life.onStop(() => stopped.push('listeners'));
    life.beforeDrain(() => notice.promise);
    const stop = life.stop();
    expect([life.leaving.aborted, life.drain.begun.aborted, stopped]).toEqual([true, false, []]);
    notice.resolve();
    await stop;
    expect([life.drain.begun.aborted, stopped]).toEqual([true, ['listeners']]);
  });

  it('ends also when what comes before the drain fails', async () => {
    const { life, stopped, lines } = lifetime();
    life.onStop(() => stopped.push('listeners'));
    life.beforeDrain(() => Promise.reject(new Error('no way to the others')));
    await life.stop();
    expect(stopped).toEqual(['listeners']);
    expect(lines.join()).toContain('no way to the others');
  });

  it('stops each part once', async () => {
    const { life, stopped } = lifetime();
    life.onStop(() => stopped.push('database'));
    await Promise.all([life.stop(), life.stop()]);
    expect(stopped).toEqual(['database']);
  });
});
