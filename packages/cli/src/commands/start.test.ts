import { expect, test } from 'vitest';
import type { Context } from '../framework/index.ts';
import { serverOptions } from './start.ts';

const NO_FLAGS = {
  'data-dir': undefined,
  host: undefined,
  port: undefined,
  'gateway-port': undefined,
  sandbox: undefined,
  'root-without-isolation': undefined,
  user: undefined,
  'memory-budget': undefined,
  config: undefined,
  'database-url': undefined,
  'database-url-file': undefined,
  'log-level': undefined,
};
const context = (env: Record<string, string>): Context => ({ env, cwd: '/c', uid: 0 }) as unknown as Context;

test('always names the data directory to the server, so that both mean the same one', () => {
  expect(serverOptions(NO_FLAGS, true, context({})).dataDir).toBe('/var/lib/funcgraph');
  expect(serverOptions({ ...NO_FLAGS, config: 'f', 'data-dir': 'd' }, true, context({})).dataDir).toBe('/c/d');
  expect(serverOptions({ ...NO_FLAGS, config: 'f' }, true, context({ FGS_DATA_DIR: '/e' })).dataDir).toBe('/e');
});

test('leaves the data directory to a configuration file when nothing else names one', () => {
  expect(serverOptions({ ...NO_FLAGS, config: 'f' }, true, context({})).dataDir).toBeUndefined();
});
