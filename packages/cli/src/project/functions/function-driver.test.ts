import { expect, it } from 'vitest';
import type { Connection } from '../../connection/index.ts';
import type { Actual, Desired } from '../plan/resource.ts';
import { FunctionDriver } from './function-driver.ts';

const FIELDS = { runtime: 'Node.js20.15', handler: 'index.handler', timeout: 3, memory: 256 };
const DESIRED: Desired = { kind: 'function', name: 'prices', fields: FIELDS, notes: { code: 'digest' }, path: [] };
const ACTUAL: Actual = { kind: 'function', name: 'prices', id: 'id', fields: {} };

/** Of a function whose only file cannot be read, so that nothing can be packed. */
function driverOf(calls: string[]): FunctionDriver {
  const connection = {
    client: { call: async (name: string) => void calls.push(name) },
    functionParams: () => ({}),
    credentials: {},
  } as unknown as Connection;
  const stamp = { text: '', changedAt: 0 };
  const file = {
    kind: 'file',
    path: 'index.js',
    source: '/nowhere/index.js',
    executable: false,
    size: 1,
    stamp,
  } as const;
  return new FunctionDriver({
    connection,
    signal: new AbortController().signal,
    inputs: new Map([['prices', { entries: [file], secrets: {} }]]),
    surroundings: async () => ({}),
    dependencyIds: async () => [],
  });
}

it('packs nothing for a change of the configuration', async () => {
  const calls: string[] = [];
  const driver = driverOf(calls);
  await driver.update(DESIRED, ACTUAL, [{ field: 'memory', before: 128, after: 256 }]);
  expect(calls).toEqual(['updateFunctionConfig']);
  await expect(driver.update(DESIRED, ACTUAL, [{ field: 'code', before: 'old', after: 'new' }])).rejects.toThrow(
    'index.js has gone',
  );
  expect(calls).toHaveLength(1);
});
