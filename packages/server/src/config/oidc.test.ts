import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-oidc-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ISSUER = { FGS_OIDC_ISSUER: 'https://login.example.com/realm', FGS_OIDC_CLIENT_ID: 'fgs' };
const oidcOf = (env: NodeJS.ProcessEnv) => loadConfig([], { FGS_DATA_DIR: folder, ...env }).oidc;

it('takes people by their preferred_username and calls an issuer by its host, unless set', async () => {
  expect(oidcOf({})).toBeUndefined();
  expect(oidcOf(ISSUER)).toMatchObject({
    issuer: 'https://login.example.com/realm',
    clientId: 'fgs',
    clientSecret: undefined,
    name: 'login.example.com',
    claim: 'preferred_username',
  });
  const secret = join(folder, 'secret');
  await writeFile(secret, 'a secret\n');
  const set = oidcOf({
    ...ISSUER,
    FGS_OIDC_CLIENT_SECRET_FILE: secret,
    FGS_OIDC_NAME: 'Work',
    FGS_OIDC_CLAIM: 'email',
  });
  expect(set).toMatchObject({ name: 'Work', claim: 'email' });
  expect(set?.clientSecret?.reveal()).toBe('a secret');
  expect(JSON.stringify(set)).not.toContain('a secret');
});

it.each([
  ['an issuer over plain HTTP on another machine', { FGS_OIDC_ISSUER: 'http://login.example.com' }, /must use https/],
  ['an issuer that is no address', { FGS_OIDC_ISSUER: 'login' }, /not the address of an issuer/],
  ['an issuer with a password', { FGS_OIDC_ISSUER: 'https://a:b@login.example.com' }, /not the address/],
  ['no client', { FGS_OIDC_CLIENT_ID: '' }, /oidc_client_id is missing/],
  ['no issuer', { FGS_OIDC_ISSUER: '' }, /oidc_client_id needs oidc_issuer/],
  ['a file that is missing', { FGS_OIDC_CLIENT_SECRET_FILE: '/missing' }, /oidc_client_secret_file cannot be read/],
  ['a file without certificate', { FGS_OIDC_CA_FILE: '/dev/null' }, /oidc_ca_file has no certificate/],
  ['an empty secret', { FGS_OIDC_CLIENT_SECRET_FILE: '/dev/null' }, /oidc_client_secret_file is empty/],
])('refuses %s', (_, env, message) => {
  expect(() => oidcOf({ ...ISSUER, ...env })).toThrow(message);
});
