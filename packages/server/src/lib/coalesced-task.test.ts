import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoalescedTask } from './coalesced-task.ts';

const turn = (): Promise<void> => Promise.resolve();

describe('a coalesced task', () => {
  it('runs once more after a run during which it was requested, however often', async () => {
    let runs = 0;
    const task = new CoalescedTask(
      async () => {
        runs += 1;
        await turn();
      },
      () => {},
    );
    for (let n = 0; n < 5; n += 1) task.request();
    expect(runs).toBe(1);
    await task.idle();
    expect(runs).toBe(2);
  });

  it('reports a failed run and still serves requests made during it', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const task = new CoalescedTask(
      async () => {
        runs += 1;
        await turn();
        if (runs === 1) throw new Error('no');
      },
      (error) => errors.push(error),
    );
    task.request();
    task.request();
    await task.idle();
    expect(runs).toBe(2);
    expect(errors).toEqual([new Error('no')]);
  });

  it('follows each request by a run that begins after it, in every interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(
          fc.record({ at: fc.nat({ max: 30 }), awaits: fc.nat({ max: 3 }), fails: fc.boolean(), inside: fc.boolean() }),
          { minLength: 1, maxLength: 12 },
        ),
        async (scheduler, requests) => {
          let requested = 0;
          let seen = 0;
          let atOnce = 0;
          let run = 0;
          const task = new CoalescedTask(
            async () => {
              const step = requests[run % requests.length];
              run += 1;
              atOnce += 1;
              expect(atOnce).toBe(1);
              seen = requested;
              try {
                for (let n = 0; n < (step?.awaits ?? 0); n += 1) await scheduler.schedule(turn(), 'work');
                if (step?.fails) throw new Error('no');
              } finally {
                atOnce -= 1;
              }
            },
            () => {},
          );
          const ask = (): void => {
            requested += 1;
            task.request();
          };
          const asking = requests.map(async ({ at, inside }) => {
            await scheduler.schedule(turn(), 'request');
            // lands between any two of the microtasks by which a run ends
            for (let n = 0; n < at; n += 1) await turn();
            ask();
            if (inside) queueMicrotask(ask);
          });
          await scheduler.waitFor(Promise.all(asking));
          await scheduler.waitFor(task.idle());
          await turn();
          await scheduler.waitFor(task.idle());
          expect(seen).toBe(requested);
        },
      ),
    );
  });
});
