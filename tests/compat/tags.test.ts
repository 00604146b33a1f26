import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';
import { refused, wire } from './answers.ts';

let server: TestServer;
let runtime: string;
const FUNCTIONS = 'functions';

interface KeyValue {
  readonly key: string;
  readonly value: string;
}
interface Found {
  readonly resources?: readonly {
    readonly resource_id: string;
    readonly resource_name: string;
    readonly tags: readonly KeyValue[];
  }[];
  readonly total_count: number;
}

async function create(name: string): Promise<string> {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 128);
  const made = wire<{ func_urn: string }>(
    server.sdk.createFunction(new sdk.CreateFunctionRequest().withBody(body.withEnterpriseProjectId('0'))),
  );
  return (await made).func_urn;
}

const bodyOf = (tags: Record<string, string>): sdk.UpdateFunctionTagsRequestBody =>
  new sdk.UpdateFunctionTagsRequestBody().withTags(
    Object.entries(tags).map(([key, value]) => new sdk.KvItem().withKey(key).withValue(value)),
  );
const tag = (urn: string, tags: Record<string, string>, type = FUNCTIONS) =>
  server.sdk.createTags(new sdk.CreateTagsRequest(type, urn).withBody(bodyOf(tags)));
const untag = (urn: string, tags: Record<string, string>) =>
  server.sdk.deleteTags(new sdk.DeleteTagsRequest(FUNCTIONS, urn).withBody(bodyOf(tags)));
const tagsOf = (urn: string) =>
  wire<{ tags: KeyValue[]; sys_tags: KeyValue[] }>(
    server.sdk.listFunctionTags(new sdk.ListFunctionTagsRequest(FUNCTIONS, urn)),
  );
const find = (action: string, body: object = {}) =>
  wire<Found>(
    server.sdk.showResInstanceInfo(
      new sdk.ShowResInstanceInfoRequest(FUNCTIONS, action).withBody(
        Object.assign(new sdk.ListEnterpriseResourceRequestBody(), body),
      ),
    ),
  );
const namesOf = ({ resources = [] }: Found): string[] => resources.map(({ resource_name }) => resource_name).sort();

beforeAll(async () => {
  server = await TestServer.start();
  runtime = await runtimeOf(server, 'Node.js');
});

afterAll(async () => {
  await server?.stop();
});

describe('tags, through the official SDK', () => {
  it('are set, read back, changed and taken away, by the URN with and without a version', async () => {
    const urn = await create('tagged');
    const bare = urn.replace(/:latest$/, '');
    expect(await tag(urn, { team: 'shop', env: 'test' })).toMatchObject({ httpStatusCode: 204 });
    await tag(bare, { env: 'prod' });
    expect(await tagsOf(bare)).toMatchObject({
      tags: [
        { key: 'env', value: 'prod' },
        { key: 'team', value: 'shop' },
      ],
      sys_tags: [{ key: '_sys_enterprise_project_id', value: '0' }],
    });
    expect(await untag(bare, { env: 'test', team: '' })).toMatchObject({ httpStatusCode: 204 });
    expect((await tagsOf(urn)).tags).toEqual([{ key: 'env', value: 'prod' }]);
  });

  it('are refused with what is wrong, and nothing is changed then', async () => {
    const urn = await create('refusing');
    const bad = await refused(tag(urn, { good: '1', 'bad*': '2' }));
    expect(bad).toMatchObject({ status: 400, code: 'FSS.0400', message: expect.stringContaining('tags[1].key') });
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v']));
    expect(await refused(tag(urn, many))).toMatchObject({ status: 400, code: 'FSS.0400' });
    const { k20: _, ...twenty } = many;
    await tag(urn, twenty);
    expect(await refused(tag(urn, { more: 'v' }))).toMatchObject({ status: 409, code: 'FSS.0409' });
    expect(await refused(untag(urn, { _sys_x: '' }))).toMatchObject({ status: 400 });
    expect((await tagsOf(urn)).tags).toHaveLength(20);
    expect(await refused(tag(urn, { a: 'b' }, 'buckets'))).toMatchObject({
      status: 400,
      message: expect.stringContaining('resource_type'),
    });
    const missing = urn.replace(':refusing:', ':missing:');
    for (const work of [() => tag(missing, { a: 'b' }), () => untag(missing, { a: '' }), () => tagsOf(missing)]) {
      expect(await refused(work())).toMatchObject({ status: 404, code: 'FSS.1051' });
    }
    expect(await refused(tagsOf('no-urn'))).toMatchObject({ status: 400, code: 'FSS.1309' });
  });

  it('find functions, all of them on pages, or only count them', async () => {
    for (const name of ['find-a', 'find-b', 'find-c'])
      await tag(await create(name), { find: name.slice(-1), all: 'x' });
    await create('find-none');
    const byTag = { tags: [{ key: 'find', values: ['a', 'b'] }, { key: 'all' }] };
    const found = await find('filter', byTag);
    expect([namesOf(found), found.total_count]).toEqual([['find-a', 'find-b'], 2]);
    expect(found.resources?.[0]?.tags).toContainEqual({ key: 'all', value: 'x' });
    const pages: string[] = [];
    for (let offset = 0; ; offset += 2) {
      // the SDK sends text, Terraform numbers
      const limit = offset === 0 ? { limit: '2', offset: '0' } : { limit: 2, offset };
      const page = await find('filter', { tags: [{ key: 'all' }], ...limit });
      pages.push(...namesOf(page));
      if (namesOf(page).length < 2) break;
    }
    expect(pages.sort()).toEqual(['find-a', 'find-b', 'find-c']);
    const named = { matches: [new sdk.KvItem().withKey('resource_name').withValue('FIND-')] };
    expect(namesOf(await find('filter', { ...named, without_any_tag: true }))).toEqual(['find-none']);
    expect(await find('count', named)).toMatchObject({ total_count: 4 });
    expect(await find('count', named)).not.toHaveProperty('resources');
    const system = { sys_tags: [new sdk.TagItem().withKey('_sys_enterprise_project_id').withValues(['0'])] };
    expect((await find('count', { ...named, ...system })).total_count).toBe(4);
    expect(await refused(find('explain'))).toMatchObject({ status: 400, code: 'FSS.0400' });
    expect(await refused(find('filter', { limit: 'many' }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('limit'),
    });
  });

  it('are gathered for the whole project, go with their function and survive a restart', async () => {
    const [urn, gone] = [await create('kept'), await create('gone')];
    await tag(urn, { lasting: 'yes' });
    await tag(gone, { fleeting: 'yes' });
    await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(gone.replace(/:latest$/, '')));
    server = await server.restart();
    const request = new sdk.ShowProjectTagsListRequest(FUNCTIONS);
    const { tags, sys_tags } = await wire<{ tags: { key: string; values: string[] }[]; sys_tags: object[] }>(
      server.sdk.showProjectTagsList(request),
    );
    expect(tags).toContainEqual({ key: 'lasting', values: ['yes'] });
    expect(tags.map(({ key }) => key)).not.toContain('fleeting');
    expect(sys_tags).toEqual([{ key: '_sys_enterprise_project_id', values: ['0'] }]);
    expect(await refused(server.sdk.showProjectTagsList(new sdk.ShowProjectTagsListRequest('x')))).toMatchObject({
      status: 400,
    });
  });
});

describe('the mark of a function', () => {
  it('puts it first in lists, and is taken away again', async () => {
    const urn = await create('marked');
    await create('newer');
    const first = async () =>
      (await wire<{ functions: { func_name: string }[] }>(server.sdk.listFunctions(new sdk.ListFunctionsRequest())))
        .functions[0]?.func_name;
    const mark = (state: string) =>
      server.sdk.updateFunctionCollectState(new sdk.UpdateFunctionCollectStateRequest(urn, state));
    expect(await first()).toBe('newer');
    await mark('true');
    expect(await first()).toBe('marked');
    await mark('false');
    expect(await first()).toBe('newer');
    expect(await refused(mark('maybe'))).toMatchObject({ status: 400, message: expect.stringContaining('state') });
  });
});
