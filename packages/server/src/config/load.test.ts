import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';

const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'funcgraph-config-')), 'config.json');
  writeFileSync(path, text);
  return path;
};

describe('configuration', () => {
  it('takes a flag over the environment, the environment over a file, and a file over the default', () => {
    const path = file('{"port": 1, "region": "file", "idle_timeout": "5m", "max_wait": "250ms"}');
    const config = loadConfig(['--config', path, '--port', '3'], { FGS_PORT: '2', FGS_REGION: 'env' });
    expect(config).toMatchObject({ port: 3, region: 'env', idleMs: 300_000, maxWaitMs: 250, host: '127.0.0.1' });
  });

  it('reads hosts that may be asked for archives, and none by itself', () => {
    expect([...loadConfig(['--link-hosts', 'bucket:9000,[::1]:80'], {}).linkHosts]).toEqual([
      'bucket:9000',
      '[::1]:80',
    ]);
    expect(loadConfig([], {}).linkHosts.size).toBe(0);
    expect(() => loadConfig(['--link-hosts', 'http://bucket'], {})).toThrow(/link_hosts/);
  });

  it('raises quotas, and leaves those of the guide where nothing is said', () => {
    const { quotas } = loadConfig(['--quota-functions', '1000', '--quota-code-size', '20GB'], {
      FGS_QUOTA_ALIASES: '50',
    });
    expect(quotas).toMatchObject({ functions: 1000, codeBytes: 20 * 2 ** 30, aliasesPerFunction: 50 });
    expect(quotas).toMatchObject({ versionsPerFunction: 10, environmentChars: 4096, testEventsPerFunction: 10 });
    expect(() => loadConfig(['--quota-code-size', '20'], {})).toThrow(/quota_code_size is not a size/);
    expect(() => loadConfig(['--quota-versions', '0'], {})).toThrow(/quota_versions/);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['--prot', '1'], /prot/],
    ['a port that is no number', ['--port', 'x'], /port/],
    ['a port out of range', ['--port', '70000'], /port/],
    ['an unknown sandbox', ['--sandbox', 'docker'], /sandbox/],
    ['a duration without a unit', ['--idle-timeout', '5'], /idle_timeout is not a duration/],
    ['an unknown key of a file', ['--config', file('{"prot": 1}')], /unknown configuration key prot/],
    ['a file that is not JSON', ['--config', file('port: 1')], /cannot be read/],
    ['a file that does not exist', ['--config', '/nonexistent.json'], /cannot be read/],
  ])('refuses %s and names it', (_, argv, message) => {
    expect(() => loadConfig(argv, {})).toThrow(message);
  });
});
