import { createHash } from 'node:crypto';
import { createClient } from '@funcgraph/api';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { refusal } from './answers.ts';
import { type CompatServer, startCompatServer } from './server.ts';

let server: CompatServer;
let runtime: string;
const zip = (source: string) => fakeZip([{ name: 'index.js', data: source }]);
const base64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64');
const answering = (text: string) => zip(`exports.handler = async (event, context) => ${JSON.stringify(text)};`);

function ours() {
  const { endpoint, access_key, secret_key } = server.credentials;
  return createClient({ endpoint, auth: { kind: 'key', accessKey: access_key, secretKey: secret_key } });
}

function creation(name: string, code = answering('one')): sdk.CreateFunctionRequest {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 128)
    .withCodeType(sdk.CreateFunctionRequestBodyCodeTypeEnum.ZIP)
    .withCodeFilename('index.zip')
    .withFuncCode(new sdk.FuncCode().withFile(base64(code)));
  return new sdk.CreateFunctionRequest().withBody(body);
}

/** What really came over the wire: the SDK's classes describe answers with getters that plain JSON does not have. */
interface Answer {
  readonly func_urn: string;
  readonly func_name: string;
  readonly code_size: number;
  readonly func_code: { readonly file: string; readonly link: string };
  readonly strategy_config: { readonly concurrency: number };
  readonly functions: readonly Answer[];
  readonly next_marker: number;
  readonly count: number;
  readonly page_info: { readonly next_marker: number };
}

async function wire(work: Promise<object>): Promise<Answer> {
  return (await work) as Answer;
}

async function run(urn: string): Promise<unknown> {
  const request = new sdk.InvokeFunctionRequest(urn).withXCFFRequestVersion('v1').withBody({});
  return (await server.client.invokeFunction(request)).result;
}

beforeAll(async () => {
  server = await startCompatServer();
  const { data } = await ours().call('listRuntimeTypes', { params: { project_id: server.credentials.project_id } });
  runtime = (data as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  expect(runtime).not.toBe('');
});

afterAll(async () => {
  await server?.stop();
});

describe('the official SDK', () => {
  it('creates a function and reads back all that it set', async () => {
    await ours().call('createAgency', { body: { agency: { name: 'agency' } } });
    const code = answering('one');
    const request = creation('full', code);
    request.body
      ?.withDescription('a description')
      .withUserData('{"key":"value"}')
      .withEncryptedUserData('{"secret":"hidden"}')
      .withInitializerHandler('index.init')
      .withInitializerTimeout(20)
      .withXrole('agency')
      .withFuncVpc(new sdk.FuncVpc('vpc', 'subnet').withVpcName('name'))
      .withEnableDynamicMemory(true)
      .withEnterpriseProjectId('0');
    const created = await server.client.createFunction(request);
    const urn = `urn:fss:${server.credentials.region}:${server.credentials.project_id}:function:default:full:latest`;
    const expected = {
      func_urn: urn,
      func_name: 'full',
      package: 'default',
      runtime,
      timeout: 10,
      handler: 'index.handler',
      memory_size: 128,
      cpu: 300,
      code_type: 'zip',
      code_filename: 'index.zip',
      code_size: code.length,
      digest: createHash('sha512').update(code).digest('hex'),
      version: 'latest',
      description: 'a description',
      user_data: '{"key":"value"}',
      encrypted_user_data: '{"secret":"******"}',
      initializer_handler: 'index.init',
      initializer_timeout: 20,
      xrole: 'agency',
      enterprise_project_id: '0',
      type: 'v2',
      strategy_config: { concurrency: 400, concurrent_num: 1 },
    };
    expect(created).toMatchObject(expected);
    const shown = await server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn));
    expect(shown).toMatchObject({
      ...expected,
      func_vpc: { vpc_id: 'vpc', subnet_id: 'subnet', vpc_name: 'name' },
      enable_dynamic_memory: true,
    });
    const unqualified = await wire(
      server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn.slice(0, urn.lastIndexOf(':')))),
    );
    expect(unqualified.func_urn).toBe(urn);
  });

  it('gets status and code of the API for what is refused', async () => {
    await server.client.createFunction(creation('twice'));
    expect(await refusal(server.client.createFunction(creation('twice')))).toEqual([409, 'FSS.1061']);
    expect(await refusal(server.client.createFunction(creation('1bad')))).toEqual([400, 'FSS.1002']);
    const request = creation('big', Buffer.alloc(0));
    request.body?.withFuncCode(new sdk.FuncCode().withFile(base64(Buffer.alloc(50 * 1024 * 1024 + 1))));
    expect(await refusal(server.client.createFunction(request))).toEqual([413, 'FSS.1071']);
    const broken = creation('broken', Buffer.from('no archive'));
    expect(await refusal(server.client.createFunction(broken))).toEqual([400, 'FSS.1011']);
    const missing = `urn:fss:${server.credentials.region}:${server.credentials.project_id}:function:default:missing`;
    expect(await refusal(server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(missing)))).toEqual([
      404,
      'FSS.1051',
    ]);
  });

  it('uploads an archive of nearly 50 MB', async () => {
    const large = fakeZip([
      { name: 'index.js', data: '1' },
      { name: 'blob', stored: true, data: Buffer.alloc(50 * 1024 * 1024 - 4096, 1) },
    ]);
    const created = await wire(server.client.createFunction(creation('large', large)));
    expect(created.code_size).toBe(large.length);
  });

  it('runs new code for every call after the update was answered', async () => {
    const { func_urn: urn } = await wire(server.client.createFunction(creation('change')));
    expect(await run(urn)).toBe('one');
    for (const text of ['two', 'three', 'four']) {
      const code = new sdk.FuncCode().withFile(base64(answering(text)));
      const body = new sdk.UpdateFunctionCodeRequestBody(sdk.UpdateFunctionCodeRequestBodyCodeTypeEnum.ZIP, code);
      const updated = await server.client.updateFunctionCode(new sdk.UpdateFunctionCodeRequest(urn).withBody(body));
      expect(updated.digest).toBe(createHash('sha512').update(answering(text)).digest('hex'));
      expect(await Promise.all([run(urn), run(urn)])).toEqual([text, text]);
      expect(
        await refusal(server.client.updateFunctionCode(new sdk.UpdateFunctionCodeRequest(urn).withBody(body))),
      ).toEqual([409, 'FSS.0409']);
    }
  });

  it('fetches the code, in the answer and behind the link', async () => {
    const { func_urn: urn } = await wire(server.client.createFunction(creation('fetch')));
    const shown = await wire(server.client.showFunctionCode(new sdk.ShowFunctionCodeRequest(urn)));
    expect(shown.func_code.file).toBe(base64(answering('one')));
    const link = shown.func_code.link;
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(answering('one'))).toBe(true);
    const forged = link.slice(0, -4) + (link.endsWith('AAAA') ? 'BBBB' : 'AAAA');
    expect((await fetch(forged)).status).toBe(404);
    await server.client.deleteFunction(new sdk.DeleteFunctionRequest(urn.replace(/:latest$/, '')));
    await server.client.createFunction(creation('fetch'));
    expect((await fetch(link)).status).toBe(404);
  });

  it('updates the configuration, disables and enables', async () => {
    const { func_urn: urn } = await wire(server.client.createFunction(creation('config')));
    const body = new sdk.UpdateFunctionConfigRequestBody('config', runtime as never, 30, 'index.handler', 256)
      .withDescription('')
      .withStrategyConfig(new sdk.StrategyConfig(5, 2));
    const updated = await server.client.updateFunctionConfig(new sdk.UpdateFunctionConfigRequest(urn).withBody(body));
    expect(updated).toMatchObject({
      timeout: 30,
      memory_size: 256,
      strategy_config: { concurrency: 5, concurrent_num: 2 },
    });
    const limit = (count: number) =>
      wire(
        server.client.updateFunctionMaxInstanceConfig(
          new sdk.UpdateFunctionMaxInstanceConfigRequest(urn).withBody(
            new sdk.UpdateFunctionMaxInstanceConfigRequestBody().withMaxInstanceNum(count),
          ),
        ),
      );
    expect((await limit(0)).strategy_config.concurrency).toBe(0);
    expect(await refusal(run(urn))).toEqual([429, 'FSS.0429']);
    await limit(-1);
    expect(await run(urn)).toBe('one');
    expect(await refusal(limit(1001))).toEqual([400, 'FSS.1026']);
  });

  it('lists page by page with filters', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await server.client.createFunction(creation(name));
    const list = (marker: string, maxitems: string) =>
      wire(
        server.client.listFunctions(
          new sdk.ListFunctionsRequest().withFuncName('page-').withMarker(marker).withMaxitems(maxitems),
        ),
      );
    const first = await list('0', '2');
    expect([first.functions.length, first.next_marker, first.count]).toEqual([2, 2, 3]);
    const second = await list('2', '2');
    expect([second.functions.length, second.next_marker]).toEqual([1, 3]);
    expect((await list('3', '2')).functions).toEqual([]);
    expect(await refusal(list('-1', '2'))).toEqual([400, 'FSS.0400']);
    const collect = new sdk.UpdateFunctionCollectStateRequest(second.functions[0]?.func_urn ?? '', 'true');
    await server.client.updateFunctionCollectState(collect);
    expect((await list('0', '1')).functions[0]?.func_name).toBe(second.functions[0]?.func_name);

    const params = { project_id: server.credentials.project_id };
    const query = { func_name: 'page-', runtime: 'NODE', sort_by: 'func_name', order: 'desc' } as const;
    const sorted = await ours().call('listFunctions', { params, query });
    expect(sorted.data.functions.map(({ func_name }) => func_name)).toEqual(['page-c', 'page-b', 'page-a']);
    const none = await ours().call('listFunctions', { params, query: { ...query, runtime: 'cobol' } });
    expect(none.data.count).toBe(0);
    const unknown = ours().call('listFunctions', { params, query: { ...query, sort_by: 'code' as never } });
    await expect(unknown).rejects.toMatchObject({ status: 400, code: 'FSS.0400' });
  });

  it('keeps asynchronous settings', async () => {
    const { func_urn: urn } = await wire(server.client.createFunction(creation('async')));
    const show = () => server.client.showFunctionAsyncInvokeConfig(new sdk.ShowFunctionAsyncInvokeConfigRequest(urn));
    expect(await refusal(show())).toEqual([404, 'FSS.0404']);
    const body = new sdk.UpdateFunctionAsyncInvokeConfigRequestBody()
      .withMaxAsyncEventAgeInSeconds(100)
      .withMaxAsyncRetryAttempts(3);
    await server.client.updateFunctionAsyncInvokeConfig(
      new sdk.UpdateFunctionAsyncInvokeConfigRequest(urn).withBody(body),
    );
    expect(await show()).toMatchObject({
      func_urn: urn,
      max_async_event_age_in_seconds: 100,
      max_async_retry_attempts: 3,
    });
    const listed = await wire(
      server.client.listFunctionAsyncInvokeConfig(new sdk.ListFunctionAsyncInvokeConfigRequest(urn)),
    );
    expect([listed.count, listed.page_info.next_marker]).toEqual([1, 0]);
    await server.client.deleteFunctionAsyncInvokeConfig(new sdk.DeleteFunctionAsyncInvokeConfigRequest(urn));
    expect(await refusal(show())).toEqual([404, 'FSS.0404']);
  });

  it('deletes a function but never its version latest', async () => {
    const { func_urn: urn } = await wire(server.client.createFunction(creation('delete')));
    expect(await refusal(server.client.deleteFunction(new sdk.DeleteFunctionRequest(urn)))).toEqual([400, 'FSS.0400']);
    await server.client.deleteFunction(new sdk.DeleteFunctionRequest(urn.slice(0, -':latest'.length)));
    expect(await refusal(server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn)))).toEqual([
      404,
      'FSS.1051',
    ]);
    expect(await refusal(run(urn))).toEqual([404, 'FSS.0404']);
  });

  it('sees quotas with what is used', async () => {
    const { quotas } = await server.client.listQuotas(new sdk.ListQuotasRequest());
    const functions = quotas?.resources?.find(({ type }) => type === 'fgs_func_num');
    expect(functions?.quota).toBe(400);
    expect(functions?.used).toBe((await server.client.listFunctions(new sdk.ListFunctionsRequest())).count);
  });

  it('finds everything again after the server was restarted', async () => {
    const { func_urn: urn } = await wire(server.client.createFunction(creation('durable')));
    const before = await server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn));
    server = await server.restart();
    expect(await server.client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn))).toEqual(before);
    expect(await run(urn)).toBe('one');
  });
});
