import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const TAGS = `/v2/p1/functions/${URN}/tags`;
const FILTER = 'POST /v2/p1/functions/resource-instances/filter';

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> => runCli(argv, { env: serverEnv(server.endpoint), cwd: '/' });
const bodyOf = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() ?? 'null');

test('sets tags, with and without a value', async () => {
  server.on(`POST ${TAGS}/create`, { status: 204 });
  const run = await cli('functions', 'tag', 'hello', '--tag', 'team=shop', '-t', 'env', '-t', 'sum=a=b');
  expect(run).toMatchObject({ exitCode: 0, stdout: 'hello: tagged team=shop, env, sum=a=b\n' });
  expect(bodyOf(`POST ${TAGS}/create`)).toEqual({
    tags: [
      { key: 'team', value: 'shop' },
      { key: 'env', value: '' },
      { key: 'sum', value: 'a=b' },
    ],
  });
});

test('removes tags and lists the remaining ones', async () => {
  server.on(`DELETE ${TAGS}/delete`, { status: 204 });
  server.on(`GET ${TAGS}`, { body: { tags: [{ key: 'team', value: 'shop' }], sys_tags: [] } });
  const run = await cli('functions', 'untag', 'hello', '--tag', 'env', '--tag', 'cost=1');
  expect(run).toMatchObject({ exitCode: 0, stdout: 'hello: has team=shop\n' });
  expect(bodyOf(`DELETE ${TAGS}/delete`)).toEqual({ tags: [{ key: 'env' }, { key: 'cost', value: '1' }] });
});

test('shows tags of a function and of the project', async () => {
  server.on(`GET ${TAGS}`, { body: { tags: [{ key: 'team', value: 'shop' }], sys_tags: [] } });
  server.on('GET /v2/p1/functions/tags', { body: { tags: [{ key: 'env', values: ['prod', 'test'] }], sys_tags: [] } });
  expect((await cli('functions', 'tags', 'hello')).stdout).toMatch(/team +shop/);
  expect((await cli('functions', 'tags')).stdout).toMatch(/env +prod, test/);
});

test('lists functions that have all given tags', async () => {
  server.on(FILTER, { body: { resources: [{ resource_id: `${URN}:latest` }], total_count: 1 } });
  server.on('GET /v2/p1/fgs/functions', {
    body: {
      functions: [
        { func_name: 'hello', func_urn: `${URN}:latest` },
        { func_name: 'other', func_urn: `${URN}2:latest` },
      ],
      next_marker: 2,
      count: 2,
    },
  });
  const run = await cli('functions', 'list', '--tag', 'team=shop', '--tag', 'env');
  expect(run.stdout).toContain('hello');
  expect(run.stdout).not.toContain('other');
  expect(bodyOf(FILTER)).toMatchObject({
    tags: [
      { key: 'team', values: ['shop'] },
      { key: 'env', values: [] },
    ],
  });
});

test('refuses a command line without a tag, or with a tag without a key', async () => {
  expect(await cli('functions', 'tag', 'hello')).toMatchObject({ exitCode: 2 });
  expect(await cli('functions', 'untag', 'hello')).toMatchObject({ exitCode: 2 });
  expect(await cli('functions', 'tag', 'hello', '--tag', '=x')).toMatchObject({ exitCode: 2 });
});
