import { expect, it } from 'vitest';
import { USUAL_QUOTAS } from '../../domain/quotas.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { BucketStore } from './bucket-store.ts';
import { type ChangeStep, ChangeSteps } from './change-steps.ts';

const statement = (text: string) => text as unknown as AtomicStatement;

/** A database that refuses a transaction with one of these statements, and takes one at a time. */
function newSteps(refuses: Readonly<Record<string, string>> = {}, kind: 'postgres' | 'sqlite' = 'postgres') {
  const transactions: string[][] = [];
  const store = {
    changeUsage: (project: string, { objects = 0 }) => [statement(`${project} ${objects}`)],
    atomic: async (statements: readonly unknown[]) => {
      transactions.push(statements as string[]);
      await new Promise((resolve) => setImmediate(resolve));
      const refused = (statements as string[]).find((each) => each in refuses);
      if (refused !== undefined) throw Object.assign(new Error(refused), { code: refuses[refused] });
    },
  } as unknown as BucketStore;
  return { steps: new ChangeSteps({ store, limits: USUAL_QUOTAS, kind }), transactions };
}

const step = (place: string, projectId = 'p'): ChangeStep => ({
  ...{ projectId, place, statements: [statement(place)], usage: { objects: 1 } },
});

it('stores changes that arrive together in one transaction, in the order of their places, usage last', async () => {
  const { steps, transactions } = newSteps();
  const stored = await Promise.all([step('c'), step('a', 'q'), step('b')].map((each) => steps.run(each)));
  expect(stored).toEqual([true, true, true]);
  expect(transactions).toEqual([['a', 'b', 'c', 'p 2', 'q 1']]);
});

it('stores each by itself when one is not as expected, or all together are too much for the project', async () => {
  for (const [refused, answers] of [
    ['b', [true, false, true]],
    ['p 3', [true, true, true]],
  ] as const) {
    const { steps, transactions } = newSteps({ [refused]: 'storage.guard' });
    const stored = await Promise.all([step('a'), step('b'), step('c')].map((each) => steps.run(each)));
    expect(stored).toEqual(answers);
    expect(transactions.slice(1)).toEqual([
      ['a', 'p 1'],
      ['b', 'p 1'],
      ['c', 'p 1'],
    ]);
  }
});

it('refuses all when the disk of the database is full, and repeats nothing after another fault', async () => {
  const full = newSteps({ a: 'ENOSPC' });
  const refused = await Promise.allSettled([full.steps.run(step('a')), full.steps.run(step('b'))]);
  expect(refused).toMatchObject([
    { reason: { code: 'InsufficientStorage' } },
    { reason: { code: 'InsufficientStorage' } },
  ]);
  const broken = newSteps({ a: 'storage.unavailable' });
  await expect(broken.steps.run(step('a'))).rejects.toMatchObject({ code: 'storage.unavailable' });
  expect(broken.transactions).toHaveLength(1);
});

it('fails only the change with a value that PostgreSQL refuses', async () => {
  const { steps } = newSteps({ b: '22021' });
  const stored = await Promise.allSettled([step('a'), step('b')].map((each) => steps.run(each)));
  expect(stored).toMatchObject([{ value: true }, { reason: { code: '22021' } }]);
});

it('leaves it to SQLite to commit together', async () => {
  const { steps, transactions } = newSteps({}, 'sqlite');
  await Promise.all([steps.run(step('a')), steps.run(step('b'))]);
  expect(transactions).toEqual([
    ['a', 'p 1'],
    ['b', 'p 1'],
  ]);
});
