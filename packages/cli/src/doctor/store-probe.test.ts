import { expect, test } from 'vitest';
import type { Machine } from './check.ts';
import { probeStores } from './store-probe.ts';

const look = (output: string, code = 0) =>
  probeStores({ run: async () => ({ code, output }) } as unknown as Machine, { nodePath: 'node', args: [] });

test('reports the findings about stores, and fails on unusable ones', async () => {
  const output = [
    { name: 'PostgreSQL', ok: true, detail: 'version 17' },
    { name: 'artifacts', ok: false, detail: 'the bucket does not exist', hint: 'Create it.' },
  ];
  expect(await look(`${JSON.stringify(output)}\n`)).toEqual([
    { name: 'PostgreSQL', state: 'ok', detail: 'version 17' },
    { name: 'artifacts', state: 'fail', detail: 'the bucket does not exist', hint: 'Create it.' },
  ]);
});

test('reports nothing for SQLite', async () => {
  expect(await look('[]\n')).toEqual([]);
});

test('reports stores that never answer', async () => {
  expect(await look('', 1)).toMatchObject([{ state: 'fail', detail: 'they do not answer' }]);
});
