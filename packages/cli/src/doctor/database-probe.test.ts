import { expect, test } from 'vitest';
import type { Machine } from './check.ts';
import { probeDatabase } from './database-probe.ts';

const look = (output: string, code = 0) =>
  probeDatabase({ run: async () => ({ code, output }) } as unknown as Machine, { nodePath: 'node', args: [] });

test('reports the findings about the database, and fails on an unusable one', async () => {
  expect(await look('{"ok":true,"detail":"version 17"}\n')).toEqual([
    { name: 'PostgreSQL', state: 'ok', detail: 'version 17' },
  ]);
  expect(await look('{"ok":false,"detail":"it is version 12","hint":"Take 14."}\n')).toEqual([
    { name: 'PostgreSQL', state: 'fail', detail: 'it is version 12', hint: 'Take 14.' },
  ]);
});

test('reports nothing for SQLite', async () => {
  expect(await look('null\n')).toEqual([]);
});

test('reports a database that never answers', async () => {
  expect(await look('', 1)).toMatchObject([{ state: 'fail', detail: 'it does not answer' }]);
});
