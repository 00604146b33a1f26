import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, type RunOptions, runCli, serverEnv, typed } from '../../testing/run-cli.ts';

const ALL = '/v2/p1/fgs/applications';
const TEMPLATES = '/v2/p1/fgs/application/templates';
const LISTED = { id: 'a1', name: 'shop', status: 'success', last_modified_time: 0, description: 'sells' };
const part = (role: string) => ({
  physical_resource_id: `urn:fss:r1:p1:function:default:shop-${role}:latest`,
  physical_resource_name: `shop-${role}`,
  logical_resource_name: role,
});
const DETAIL = {
  name: 'shop',
  description: 'sells',
  status: 'success',
  status_message: '',
  project_id: 'p1',
  last_modified_time: 0,
  stack_id: 'a1',
  stack_name: 'shop',
  template_id: 'guarded-api',
  stack_resources: [part('api'), part('limiter')],
};

let server: FakeServer;
let dir: string;
beforeEach(async () => {
  server = await FakeServer.start();
  dir = await mkdtemp(join(tmpdir(), 'fgs-applications-'));
  server.on(`POST ${ALL}`, { body: { application_id: 'a1' } });
  server.on(`GET ${ALL}`, { body: { applications: [LISTED], next_marker: 1, count: 1 } });
  server.on(`GET ${ALL}/a1`, { body: DETAIL });
  server.on(`DELETE ${ALL}/a1`, { status: 204 });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const cli = (argv: readonly string[], options: RunOptions = {}): Promise<CliRun> =>
  runCli(argv, { env: serverEnv(server.endpoint), cwd: dir, ...options });
const CREATE = ['applications', 'create', 'shop', '--template', 'guarded-api'];

describe('applications create', () => {
  test('sends the parameters of the template, the command line over the file, and names the functions', async () => {
    await writeFile(join(dir, 'params'), '# of the team\nsecret=a=b\nburst=1\n');
    const run = await cli([...CREATE, '--param-file', 'params', '--param', 'burst=2', '--description', 'sells']);
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: 'shop: created, shop-api (api), shop-limiter (limiter)\n',
    });
    expect(JSON.parse(server.requests(`POST ${ALL}`)[0]?.body.toString() ?? '')).toEqual({
      name: 'shop',
      template_id: 'guarded-api',
      description: 'sells',
      params: { secret: 'a=b', burst: '2' },
    });
  });

  test('waits until the functions exist, and reports that it waits', async () => {
    let looks = 0;
    server.on(`GET ${ALL}/a1`, () => {
      looks += 1;
      return { body: { ...DETAIL, status: looks < 3 ? 'creating' : 'success' } };
    });
    const run = await cli(CREATE);
    expect(run).toMatchObject({ exitCode: 0, stderr: 'shop: its functions are being made ...\n' });
    looks = 0;
    const quiet = await cli([...CREATE, '--output', 'json']);
    expect(quiet.stderr).toBe('');
    expect(JSON.parse(quiet.stdout)).toMatchObject({ id: 'a1', status: 'success' });
  });

  test('fails with the reason of the server', async () => {
    const body = { ...DETAIL, status: 'failed', status_message: 'not all of its functions could be made' };
    server.on(`GET ${ALL}/a1`, { body });
    const run = await cli(CREATE);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain('CLI.APPLICATION_FAILED: shop: not all of its functions could be made');
    expect(run.stderr).toContain('fgs applications delete shop');
  });

  test.each([[['--param', 'hush']], [['--param', '=hush']], [['--param-file', 'none']]])(
    'sends nothing for %j, and shows no value',
    async (flags) => {
      const run = await cli([...CREATE, ...flags]);
      expect(run.exitCode).toBe(2);
      expect(run.stderr).not.toContain('hush');
      expect(server.seen).toEqual([]);
    },
  );
});

test('lists every page', async () => {
  const page = (from: number) => ({
    body: {
      applications: from > 2 ? [] : [{ ...LISTED, id: `a${from}`, name: `shop${from}` }],
      next_marker: from + 1,
      count: 3,
    },
  });
  server.on(`GET ${ALL}`, ({ query }) => page(Number(query.get('marker'))));
  const { stdout } = await cli(['applications', 'list']);
  expect(stdout).toMatch(/shop0 +success +1970-01-01T00:00:00.000Z +sells +a0\n.*shop1.*\n.*shop2/);
  expect(server.seen).toHaveLength(3);
});

test('ends also with a server that counts more than it gives', async () => {
  server.on(`GET ${ALL}`, { body: { applications: [], next_marker: 0, count: 3 } });
  expect((await cli(['applications', 'list'])).stdout).toContain('no applications');
});

test('shows and deletes one by its name or id, after a confirmation', async () => {
  expect((await cli(['applications', 'show', 'shop'])).stdout).toMatch(/functions +shop-api \(api\), shop-limiter/);
  expect((await cli(['applications', 'show', 'a1'])).stdout).toContain('guarded-api');
  expect(await cli(['applications', 'delete', 'shop'])).toMatchObject({ exitCode: 2 });
  const declined = await cli(['applications', 'delete', 'shop'], { stdin: typed('n'), tty: true });
  expect(declined).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Delete application shop, with shop-api (api), shop-limiter (limiter)? [y/N]'),
  });
  expect(server.requests(`DELETE ${ALL}/a1`)).toEqual([]);
  expect((await cli(['applications', 'delete', 'shop', '--yes'])).stdout).toContain('shop: deleted');
  expect(server.requests(`DELETE ${ALL}/a1`)).toHaveLength(1);
  expect(await cli(['applications', 'delete', 'other', '--yes'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('there is no application "other"'),
  });
});

test('lists templates, and shows the parameters of one', async () => {
  const shown = { name: 'Guarded', runtime: 'http', category: 'web', description: 'An API.', image: '' };
  server.on(`GET ${TEMPLATES}`, { body: { templates: [{ id: 'guarded-api', ...shown }], next_marker: 1, count: 1 } });
  expect((await cli(['applications', 'templates', 'list', '--category', 'web'])).stdout).toContain('guarded-api');
  expect(server.seen[0]?.query.get('category')).toBe('web');
  const params = [
    { name: 'secret', description: 'to sign with', required: true, default: '', secret: true },
    { name: 'burst', description: 'at once', required: false, default: '10', secret: false },
  ];
  server.on(`GET ${TEMPLATES}/guarded-api`, {
    body: {
      ...shown,
      params: JSON.stringify(params),
      template_guide: 'Publish it.',
      resources: [{ resource_name: 'api (rest)' }],
    },
  });
  const { stdout } = await cli(['applications', 'templates', 'show', 'guarded-api']);
  expect(stdout).toContain('functions:  api (rest)\n');
  expect(stdout).toMatch(
    /--param: +secret: to sign with \(required; keep it in a --param-file\)\n +burst: at once \(default: 10\)\n/,
  );
  expect((await cli(['applications', 'templates'])).exitCode).toBe(2);
});
