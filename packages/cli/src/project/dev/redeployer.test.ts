import { expect, it } from 'vitest';
import { type Batch, Redeployer } from './redeployer.ts';

it('gathers changes, deploys one after another, and does next what came meanwhile', async () => {
  const deployed: Batch[] = [];
  const timers: (() => void)[] = [];
  let finish = (): void => undefined;
  const redeployer = new Redeployer({
    deploy(batch) {
      deployed.push(batch);
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    setTimer: (run) => timers.push(run),
  });
  const change = (inside: string[], sources: string[] = []): void =>
    redeployer.note({ kind: 'functions', inside, sources });
  change([]);
  expect(timers).toHaveLength(0);
  change(['a']);
  change(['a', 'b'], ['c']);
  timers.shift()?.();
  expect(deployed).toEqual([{ isWhole: false, inside: ['a', 'b'], sources: ['c'] }]);

  // what its build will read does not need another one
  change(['c'], ['c']);
  redeployer.begins('c');
  finish();
  await Promise.resolve();
  expect(timers).toHaveLength(0);

  change(['d']);
  timers.shift()?.();
  redeployer.note({ kind: 'file' });
  change(['e']);
  finish();
  await expect.poll(() => timers.length).toBe(1);
  timers.shift()?.();
  expect(deployed.slice(1)).toEqual([
    { isWhole: false, inside: ['d'], sources: [] },
    { isWhole: true, inside: ['e'], sources: [] },
  ]);
});
