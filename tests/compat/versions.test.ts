import { createClient } from '@funcgraph/api';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { refusal } from './answers.ts';
import { type CompatServer, startCompatServer } from './server.ts';

let server: CompatServer;
let runtime: string;

/** What really came over the wire. */
interface Wire {
  readonly func_urn: string;
  readonly version: string;
  readonly version_description: string;
  readonly digest: string;
  readonly alias_urn: string;
  readonly versions: readonly Wire[];
  readonly next_marker: number;
  readonly count: number;
}

const wire = async (work: Promise<object>): Promise<Wire> => (await work) as Wire;

/** Says which code runs, under which version and alias, with which variables. */
const code = (text: string) => {
  const source = `exports.handler = async (event, context) =>
    [${JSON.stringify(text)}, context.getVersion(), context.getAlias(), context.getUserData('secret')].join(' ');`;
  return new sdk.FuncCode().withFile(fakeZip([{ name: 'index.js', data: source }]).toString('base64'));
};

/** A function by its URN without a version. */
async function create(name: string): Promise<string> {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 128)
    .withCodeType(sdk.CreateFunctionRequestBodyCodeTypeEnum.ZIP)
    .withEncryptedUserData('{"secret":"one"}')
    .withFuncCode(code('one'));
  const created = await wire(server.client.createFunction(new sdk.CreateFunctionRequest().withBody(body)));
  return created.func_urn.replace(/:latest$/, '');
}

const setCode = (urn: string, text: string) => {
  const body = new sdk.UpdateFunctionCodeRequestBody(sdk.UpdateFunctionCodeRequestBodyCodeTypeEnum.ZIP, code(text));
  return server.client.updateFunctionCode(new sdk.UpdateFunctionCodeRequest(urn).withBody(body));
};

const publish = (urn: string, version: string, description = '') =>
  wire(
    server.client.createFunctionVersion(
      new sdk.CreateFunctionVersionRequest(urn).withBody(
        new sdk.CreateFunctionVersionRequestBody().withVersion(version).withDescription(description),
      ),
    ),
  );

const remove = (urn: string) => server.client.deleteFunction(new sdk.DeleteFunctionRequest(urn));

const alias = (
  urn: string,
  name: string,
  version: string,
  change?: (b: sdk.CreateVersionAliasRequestBody) => unknown,
) => {
  const body = new sdk.CreateVersionAliasRequestBody(name, version);
  change?.(body);
  return wire(server.client.createVersionAlias(new sdk.CreateVersionAliasRequest(urn).withBody(body)));
};

const moveAlias = (urn: string, name: string, version: string, weights?: { [version: string]: number }) => {
  const body = new sdk.UpdateVersionAliasRequestBody(version);
  if (weights !== undefined) body.withAdditionalVersionWeights(weights);
  return server.client.updateVersionAlias(new sdk.UpdateVersionAliasRequest(urn, name).withBody(body));
};

async function run(urn: string): Promise<unknown> {
  const request = new sdk.InvokeFunctionRequest(urn).withXCFFRequestVersion('v1').withBody({});
  return (await server.client.invokeFunction(request)).result;
}

beforeAll(async () => {
  server = await startCompatServer();
  const { endpoint, access_key, secret_key, project_id } = server.credentials;
  const ours = createClient({ endpoint, auth: { kind: 'key', accessKey: access_key, secretKey: secret_key } });
  const { data } = await ours.call('listRuntimeTypes', { params: { project_id } });
  runtime = (data as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  expect(runtime).not.toBe('');
});

afterAll(async () => {
  await server?.stop();
});

describe('the official SDK', () => {
  it('publishes versions that stay as they are, and calls each of them', async () => {
    const urn = await create('stay');
    const first = await publish(urn, 'v1', 'the first');
    expect(first).toMatchObject({ func_urn: `${urn}:v1`, version: 'v1', version_description: 'the first' });
    expect(await refusal(publish(urn, 'v2'))).toEqual([400, 'FSS.1016']);
    await setCode(urn, 'two');
    expect(await refusal(publish(urn, 'v1'))).toEqual([409, 'FSS.1062']);
    expect(await refusal(publish(urn, 'latest'))).toEqual([400, 'FSS.1015']);
    const unnamed = await wire(
      server.client.createFunctionVersion(
        new sdk.CreateFunctionVersionRequest(urn).withBody(new sdk.CreateFunctionVersionRequestBody()),
      ),
    );
    expect(unnamed.version).toMatch(/^v\d{8}-\d{6}$/);
    await setCode(urn, 'three');
    expect(await Promise.all([urn, `${urn}:latest`, `${urn}:v1`, unnamed.func_urn].map(run))).toEqual([
      'three latest  one',
      'three latest  one',
      'one v1  one',
      `two ${unnamed.version}  one`,
    ]);
    expect(await refusal(setCode(`${urn}:v1`, 'four'))).toEqual([400, 'FSS.1015']);
    expect(await refusal(setCode(`${urn}:v9`, 'four'))).toEqual([404, 'FSS.1052']);
    const shown = await server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(`${urn}:v1`));
    expect(shown).toMatchObject({ version: 'v1', digest: first.digest });
  });

  it('lists versions page by page', async () => {
    const urn = await create('pages');
    await publish(urn, 'v1', 'one');
    await setCode(urn, 'two');
    await publish(urn, 'v2', 'two');
    const list = (marker?: string, maxitems?: string) => {
      const request = new sdk.ListFunctionVersionsRequest(urn);
      if (marker !== undefined) request.withMarker(marker);
      if (maxitems !== undefined) request.withMaxitems(maxitems);
      return wire(server.client.listFunctionVersions(request));
    };
    const all = await list();
    expect(all.versions.map((one) => [one.version, one.version_description, one.func_urn])).toEqual([
      ['latest', '', `${urn}:latest`],
      ['v2', 'two', `${urn}:v2`],
      ['v1', 'one', `${urn}:v1`],
    ]);
    expect([all.count, all.next_marker]).toEqual([3, 3]);
    const page = await list('1', '1');
    expect([page.versions.map(({ version }) => version), page.count, page.next_marker]).toEqual([['v2'], 3, 2]);
    expect((await list('3', '1')).versions).toEqual([]);
  });

  it('releases a version to part of the requests, then to all', async () => {
    const urn = await create('grey');
    await publish(urn, 'v1');
    await setCode(urn, 'two');
    await publish(urn, 'v2');
    const made = await alias(urn, 'live', 'v1', (body) => body.withAdditionalVersionWeights({ v2: 50 }));
    expect(made).toMatchObject({ name: 'live', version: 'v1', additional_version_weights: { v2: 50 } });
    expect(made.alias_urn).toBe(`${urn}:!live`);
    const answers = new Set<unknown>();
    // both are certain to come: to miss one has a chance of 2 to the power of -199
    for (let i = 0; i < 200 && answers.size < 2; i++) answers.add(await run(made.alias_urn));
    expect(answers).toEqual(new Set(['one v1 live one', 'two v2 live one']));
    await moveAlias(urn, 'live', 'v1', { v2: 0 });
    for (let i = 0; i < 20; i++) expect(await run(made.alias_urn)).toBe('one v1 live one');
    await moveAlias(urn, 'live', 'v2');
    for (let i = 0; i < 20; i++) expect(await run(made.alias_urn)).toBe('two v2 live one');
    const shown = await server.client.showVersionAlias(new sdk.ShowVersionAliasRequest(urn, 'live'));
    expect(shown).toMatchObject({ name: 'live', version: 'v2', description: '' });
    expect(shown).not.toHaveProperty('additional_version_weights');
  });

  it('keeps rules of an alias and gives them back', async () => {
    const urn = await create('rules');
    await publish(urn, 'v1');
    await setCode(urn, 'two');
    await publish(urn, 'v2');
    const rules = [{ rule_type: 'header', param: 'X-Group', op: 'in', value: 'beta,staff' }];
    const strategy = { v2: { rules, combine_type: 'and' } };
    await alias(urn, 'ruled', 'v1', (body) => body.withAdditionalVersionStrategy(strategy as never));
    const listed: unknown = await server.client.listVersionAliases(new sdk.ListVersionAliasesRequest(urn));
    // the SDK hangs a status on the array
    expect([...(listed as unknown[])]).toMatchObject([
      { name: 'ruled', version: 'v1', additional_version_strategy: strategy },
    ]);
  });

  it('gets status and code of the API for what is refused', async () => {
    const urn = await create('refuse');
    await publish(urn, 'v1');
    await setCode(urn, 'two');
    await publish(urn, 'v2');
    await alias(urn, 'a', 'v1', (body) => body.withAdditionalVersionWeights({ v2: 10 }));
    const weights = (of: { [version: string]: number }) => (body: sdk.CreateVersionAliasRequestBody) =>
      body.withAdditionalVersionWeights(of);
    for (const [work, expected] of [
      [() => alias(urn, '1', 'v2'), [400, 'FSS.1014']],
      [() => alias(urn, 'a', 'v2'), [409, 'FSS.1063']],
      [() => alias(urn, 'b', 'v1'), [409, 'FSS.1066']],
      [() => alias(urn, 'b', 'v9'), [404, 'FSS.1052']],
      [() => alias(urn, 'b', 'v2', weights({ latest: 1 })), [400, 'FSS.1091']],
      [() => alias(urn, 'b', 'v2', weights({ v1: 101 })), [400, 'FSS.1092']],
      [() => alias(urn, 'b', 'v2', weights({ v2: 1 })), [400, 'FSS.1093']],
      [() => run(`${urn}:!b`), [404, 'FSS.1053']],
      [() => run(`${urn}:v9`), [404, 'FSS.1052']],
      [() => server.client.showVersionAlias(new sdk.ShowVersionAliasRequest(urn, 'b')), [404, 'FSS.1053']],
      [() => server.client.deleteVersionAlias(new sdk.DeleteVersionAliasRequest(urn, 'b')), [404, 'FSS.1053']],
      [() => publish(`${urn}x`, 'v1'), [404, 'FSS.1051']],
      [() => remove(`${urn}:latest`), [400, 'FSS.0400']],
    ] as const) {
      expect(await refusal(work())).toEqual(expected);
    }
  });

  it('deletes in an order that never leaves an alias in the air', async () => {
    const urn = await create('order');
    await publish(urn, 'v1');
    await setCode(urn, 'two');
    await publish(urn, 'v2');
    await alias(urn, 'live', 'v1', (body) => body.withAdditionalVersionWeights({ v2: 10 }));
    expect(await refusal(remove(`${urn}:v2`))).toEqual([403, 'FSS.1094']);
    await remove(`${urn}:v1`);
    expect(await refusal(run(`${urn}:!live`))).toEqual([404, 'FSS.1053']);
    expect(await refusal(run(`${urn}:v1`))).toEqual([404, 'FSS.1052']);
    expect(await run(`${urn}:v2`)).toBe('two v2  one');
    await remove(urn);
    expect(await refusal(run(`${urn}:v2`))).toEqual([404, 'FSS.0404']);
  });

  it('finds versions and aliases again after the server was restarted', async () => {
    const urn = await create('durable');
    await publish(urn, 'v1');
    await setCode(urn, 'two');
    await alias(urn, 'live', 'v1');
    server = await server.restart();
    expect(await Promise.all([run(`${urn}:!live`), run(urn)])).toEqual(['one v1 live one', 'two latest  one']);
  });
});
