import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { forgetSecrets, loadConfig } from './load.ts';

const AT = ['--otlp-endpoint', 'https://collector.example:4318/'];
const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'funcgraph-otlp-')), 'file');
  writeFileSync(path, text);
  return path;
};
const headersOf = (args: string[], env = {}): [string, string][] =>
  [...(loadConfig([...AT, ...args], env).otlp?.headers ?? [])].map(([name, value]) => [name, value.reveal()]);

it('exports to no collector by default', () => {
  expect(loadConfig([], {}).otlp).toBeUndefined();
  expect(loadConfig(AT, {}).otlp).toEqual({
    endpoint: 'https://collector.example:4318',
    headers: new Map(),
    ca: undefined,
  });
});

it('takes headers from a file or the environment, never from the command line', () => {
  const headers = [
    ['Authorization', 'Bearer a,b'],
    ['X-Tenant', 'one'],
  ];
  expect(headersOf(['--otlp-headers-file', file('Authorization=Bearer%20a%2Cb\nX-Tenant = one\n')])).toEqual(headers);
  expect(headersOf([], { FGS_OTLP_HEADERS: 'Authorization=Bearer a%2Cb,X-Tenant=one' })).toEqual(headers);
  expect(() => loadConfig([...AT, '--otlp-headers', 'A=s3cret'], {})).toThrow(/may hold a secret/);
  const env = { FGS_OTLP_HEADERS: 'A=s3cret' };
  expect(inspect(loadConfig(AT, env), { depth: 9 })).not.toContain('s3cret');
  forgetSecrets(env);
  expect(env).toEqual({});
});

it('refuses what cannot work before it starts, without the value of a header', () => {
  for (const address of ['collector:4318', 'ftp://collector', 'https://c/?a=1', 'https://c/#a', ''])
    expect(() => loadConfig(['--otlp-endpoint', address], {}), address).toThrow(/otlp_endpoint/);
  expect(() => loadConfig(['--otlp-endpoint', 'https://user:word@c'], {})).toThrow(/has a user or a password/);
  for (const text of [
    's3cret',
    '=s3cret',
    'A b=s3cret',
    'Content-Length=s3cret',
    'A=s3cret%0d%0aB: c',
    'A=s3cret%',
    'A=s3cret%E2%82%AC',
  ])
    expect(() => loadConfig([...AT, '--otlp-headers-file', file(text)], {}), text).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cret') }),
    );
  expect(() => loadConfig([...AT, '--otlp-headers-file', '/missing'], {})).toThrow(/otlp_headers_file cannot be read/);
  expect(() => loadConfig([...AT, '--otlp-ca-file', file('no')], {})).toThrow(/otlp_ca_file has no certificate/);
  expect(() => loadConfig(['--otlp-headers-file', file('A=b')], {})).toThrow(/otlp_endpoint is missing/);
});
