import { expect, test } from 'vitest';
import type { Context } from '../framework/index.ts';
import { consoleLines } from './console.ts';
import { findingFlags, serverArguments } from './start.ts';

const context = (env: Record<string, string>): Context => ({ env, cwd: '/c', uid: 0 }) as unknown as Context;

test('always names the data directory to the server, so that both mean the same one', () => {
  expect(serverArguments({}, context({}))).toEqual(['--data-dir', '/var/lib/funcgraph']);
  expect(serverArguments({ config: 'f', 'data-dir': 'd' }, context({}))).toEqual([
    '--data-dir',
    '/c/d',
    '--config',
    'f',
  ]);
  expect(serverArguments({ config: 'f' }, context({ FGS_DATA_DIR: '/e' }))).toContain('/e');
});

test('leaves the data directory to a configuration file when nothing else names one', () => {
  expect(serverArguments({ config: 'f' }, context({}))).toEqual(['--config', 'f']);
});

test('passes every flag and setting on as the server takes it', () => {
  const flags = { port: 0, 'drain-timeout': '15m', set: ['idle_timeout=5m', 'link_hosts=a:1,b', 'region=x=y'] };
  expect(serverArguments(flags, context({})).slice(2)).toEqual([
    ...['--port', '0', '--drain-timeout', '15m'],
    ...['--idle-timeout=5m', '--link-hosts=a:1,b', '--region=x=y'],
  ]);
});

test.each(['idle_timeout', '=5m', 'Idle=5m', '--port=1'])('refuses the setting %s without its value', (setting) => {
  expect(() => serverArguments({ set: [setting] }, context({}))).toThrow('--set is not NAME=VALUE');
});

test('what a start prints leads other commands to the data directory that was given', async () => {
  const ready = { dataDir: '/srv/data', endpoint: 'http://127.0.0.1:1' } as Parameters<typeof findingFlags>[0];
  const plain = { env: { PATH: '' }, stdout: { isTTY: false } } as unknown as Context;
  const given = await consoleLines(ready, findingFlags(ready, './data'), plain);
  expect(given).toContain('fgs console --data-dir /srv/data prints a link');
  expect(await consoleLines(ready, findingFlags(ready, undefined), plain)).toContain('fgs console prints a link');
});
