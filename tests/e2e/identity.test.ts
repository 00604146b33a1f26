import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client, createClient } from '@funcgraph/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, project, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';

let server: TestServer;
let folder: string;

const NODE = `
exports.handler = async (event, context) => ({
  accessKey: context.getSecurityAccessKey(),
  secretKey: context.getSecuritySecretKey(),
  securityToken: context.getSecurityToken(),
  authToken: context.getToken(),
});`;
const PYTHON = `
def handler(event, context):
    return {
        'accessKey': context.getSecurityAccessKey(),
        'secretKey': context.getSecuritySecretKey(),
        'securityToken': context.getSecurityToken(),
        'authToken': context.getToken(),
    }
`;
const CUSTOM = `#!/bin/sh
api="http://$RUNTIME_API_ADDR/v1/runtime/invocation"
while :; do
  head=$(curl -s -D - -o /dev/null "$api/request" | tr -d '\\r')
  of() { printf '%s\\n' "$head" | sed -n "s|^$1: *||Ip"; }
  id=$(of X-Cff-Request-Id)
  [ -n "$id" ] || continue
  curl -s -o /dev/null --data-binary "{
    \\"accessKey\\": \\"$(of X-CFF-Security-Access-Key)\\", \\"secretKey\\": \\"$(of X-CFF-Security-Secret-Key)\\",
    \\"securityToken\\": \\"$(of X-CFF-Security-Token)\\", \\"authToken\\": \\"$(of X-CFF-Auth-Token)\\"
  }" "$api/response/$id"
done`;

interface Given {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string;
  readonly authToken: string;
}

beforeAll(async () => {
  server = await TestServer.start();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-iam-'));
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const bytes = new TextEncoder().encode('{}');

async function given(urn: string): Promise<Given> {
  const answer = await server.api.bytes('invokeFunction', { params: target(server, urn), body: bytes });
  return JSON.parse(new TextDecoder().decode(answer.bytes)) as Given;
}

async function status(client: Client, urn: string): Promise<number> {
  try {
    return (await client.bytes('invokeFunction', { params: target(server, urn), body: bytes })).status;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}

const json = (run: { stdout: Buffer }): Record<string, unknown> =>
  JSON.parse(run.stdout.toString()) as Record<string, unknown>;

async function fgs(...args: string[]): Promise<Record<string, unknown>> {
  const run = await server.fgs(['iam', ...args, '--output', 'json']);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return json(run);
}

test('functions in every language get credentials of their agency, which work here and are limited to it', async () => {
  const allowed = await deploy(server, {
    name: 'allowed',
    runtime: await runtimeOf(server, 'Node.js'),
    files: { 'index.js': NODE },
  });
  const policy = {
    Version: '1.1',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['functiongraph:function:invoke'],
        Resource: ['functiongraph:*:*:function:default/allowed'],
      },
    ],
  };
  await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
  await fgs('policies', 'create', 'one-function', '--file', join(folder, 'policy.json'));
  await fgs('agencies', 'create', 'caller', '--policy', 'one-function');
  const languages: [string, string, Record<string, string>][] = [
    ['node-agent', await runtimeOf(server, 'Node.js'), { 'index.js': NODE }],
    ['python-agent', await runtimeOf(server, 'Python'), { 'index.py': PYTHON }],
    ['custom-agent', 'Custom', { bootstrap: CUSTOM }],
  ];
  for (const [name, runtime, files] of languages) {
    const handler = runtime === 'Custom' ? 'bootstrap' : 'index.handler';
    const urn = await deploy(server, { name, runtime, files, handler });
    const without = { accessKey: '', secretKey: '', securityToken: '', authToken: '' };
    expect([name, await given(urn)]).toEqual([name, without]);
    const update = await server.fgs(['functions', 'update', name, '--agency', 'caller']);
    expect(update, update.stderr).toMatchObject({ exitCode: 0 });
    const { accessKey, secretKey, securityToken, authToken } = await given(urn);
    const { endpoint } = server;
    const byKey = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey, securityToken } });
    const byToken = createClient({ endpoint, auth: { kind: 'token', token: authToken } });
    for (const client of [byKey, byToken]) {
      expect([name, await status(client, allowed)]).toEqual([name, 200]);
      expect([name, await status(client, urn)]).toEqual([name, 403]);
    }
    expect(server.log).not.toContain(secretKey);
    expect(server.log).not.toContain(securityToken);
  }
});

test('an administrator lets a colleague in by the command line, who may do what was granted and no more', async () => {
  await fgs('groups', 'create', 'testers');
  await fgs('policies', 'grant', 'FunctionGraph CommonOperations', '--group', 'testers', '--project', 'default');
  const made = await server.fgs(
    ['iam', 'users', 'create', 'ada', '--group', 'testers', '--password-stdin'],
    'onlyletters\n',
  );
  expect(made).toMatchObject({ exitCode: 3 });
  expect(made.stderr).toContain('must have at least two kinds');
  const again = await server.fgs(
    ['iam', 'users', 'create', 'ada', '--group', 'testers', '--password-stdin'],
    'Engine-1843\n',
  );
  expect(again, again.stderr).toMatchObject({ exitCode: 0 });
  const key = await fgs('keys', 'create', '--user', 'ada');
  const { endpoint, gateway, region, project_id } = server.credentials;
  const file = join(folder, 'ada.json');
  const credentials = { endpoint, gateway, region, project_id, access_key: key.access, secret_key: key.secret };
  await writeFile(file, JSON.stringify(credentials));
  const ada = (...args: string[]) => server.fgs([...args, '--credentials', file]);

  expect((await ada('functions', 'list')).stdout.toString()).toContain('allowed');
  expect(await ada('functions', 'invoke', 'allowed', '--data', '{}')).toMatchObject({ exitCode: 0 });
  const refused = await ada('functions', 'delete', 'allowed', '--yes');
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain('functiongraph:function:delete');
  expect(await ada('iam', 'users', 'list')).toMatchObject({ exitCode: 4 });
  expect((await ada('iam', 'keys', 'list')).stdout.toString()).toContain(String(key.access));

  const log = await server.fgs(['iam', 'audit', '--user', 'ada', '--result', 'failed', '--output', 'json']);
  const entries = JSON.parse(log.stdout.toString()) as Record<string, unknown>[];
  expect(entries).toMatchObject([
    { user_name: 'ada', action: 'functiongraph:function:delete', resource: 'function:default/allowed', status: 403 },
  ]);
  expect((await server.fgs(['iam', 'groups', 'show', 'testers'])).stdout.toString()).toMatch(/members +ada/);

  await fgs('users', 'update', 'ada', '--disable');
  expect(await ada('functions', 'list')).toMatchObject({ exitCode: 4 });
  const last = await server.fgs(['iam', 'users', 'delete', 'admin', '--yes']);
  expect(last).toMatchObject({ exitCode: 3 });
  expect(last.stderr).toContain('No user could manage');
});

test('a user without rights knows who it is and changes its own password, which needs the old one', async () => {
  await server.fgs(['iam', 'users', 'create', 'grace', '--password-stdin'], 'Compiler-1952\n');
  const file = join(folder, 'grace.json');
  const key = await fgs('keys', 'create', '--user', 'grace', '--save', file);
  expect(key.secret).toBeUndefined();
  const grace = (args: string[], input = '') => server.fgs([...args, '--credentials', file], input);
  const who = await grace(['iam', 'whoami', '--field', 'user,groups,account']);
  expect(who.stdout.toString(), who.stderr).toBe('grace\t\tdefault\n');

  const wrong = await grace(['iam', 'password'], 'Compiler-1951\nCobol-1959-x\n');
  expect(wrong.exitCode, wrong.stderr).toBeGreaterThan(0);
  const weak = await grace(['iam', 'password'], 'Compiler-1952\nonlyletters\n');
  expect(weak).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('two kinds') });
  const changed = await grace(['iam', 'password'], 'Compiler-1952\nCobol-1959-x\n');
  expect(changed, changed.stderr).toMatchObject({ exitCode: 0 });

  const logsIn = async (password: string): Promise<boolean> => {
    const user = { name: 'grace', password, domain: { name: 'default' } };
    const body = { auth: { identity: { methods: ['password'], password: { user } } } };
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${server.endpoint}/v3/auth/tokens`, init)).status === 201;
  };
  expect(await logsIn('Cobol-1959-x')).toBe(true);
  expect(await logsIn('Compiler-1952')).toBe(false);
});

test('another account has its own functions, and everything about identities survives a restart', async () => {
  const account = await fgs('accounts', 'create', 'other-team');
  const file = join(folder, 'other.json');
  await writeFile(file, JSON.stringify(account));
  const theirs = (...args: string[]) => server.fgs([...args, '--credentials', file, '--endpoint', server.endpoint]);
  expect((await theirs('functions', 'list', '--output', 'json')).stdout.toString().trim()).toBe('[]');
  const foreign = await theirs(
    'functions',
    'show',
    `urn:fss:${server.credentials.region}:${project(server).project_id}:function:default:allowed`,
  );
  expect(foreign).toMatchObject({ exitCode: 4 });

  const login = {
    auth: {
      identity: {
        methods: ['password'],
        password: {
          user: { name: String(account.user), password: String(account.password), domain: { name: 'other-team' } },
        },
      },
    },
  };
  const anybody = createClient({ endpoint: server.endpoint, auth: { kind: 'none' } });
  const token = (await anybody.call('createToken', { body: login })).headers.get('x-subject-token') ?? '';
  const urn = `urn:fss:${server.credentials.region}:${project(server).project_id}:function:default:node-agent`;
  const { accessKey, secretKey, securityToken } = await given(urn);
  await server.restart();
  const { endpoint } = server;
  const byToken = createClient({ endpoint, auth: { kind: 'token', token } });
  expect((await byToken.call('listProjects')).data.projects).toMatchObject([{ id: account.project_id }]);
  const byKey = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey, securityToken } });
  expect(await status(byKey, urn.replace('node-agent', 'allowed'))).toBe(200);
  expect((await theirs('iam', 'users', 'list')).stdout.toString()).toContain('admin');
  expect((await server.fgs(['iam', 'users', 'show', 'ada'])).stdout.toString()).toMatch(/enabled +false/);
});
