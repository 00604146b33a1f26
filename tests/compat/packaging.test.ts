import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invoke, request, runtimeOf, zipped } from '../functions.ts';
import { TestAccount } from '../test-account.ts';
import { refusal } from './answers.ts';

let server: TestAccount;
let runtime: string;

/** What really came over the wire. */
interface Wire {
  readonly func_urn: string;
  readonly func_name: string;
  readonly user_data: string;
  readonly encrypted_user_data: string;
  readonly digest: string;
  readonly body: Buffer;
  readonly httpStatusCode: number;
  readonly func_templates: readonly Wire[];
  readonly next_marker: number;
  readonly id: string;
  readonly title: string;
  readonly code: string;
  readonly runtime: string;
}
const wire = async (work: Promise<object>): Promise<Wire> => (await work) as Wire;

const SOURCE = 'exports.handler = async (event, context) => ({ a: process.env.A, secret: process.env.SECRET });';

async function createFunction(name: string): Promise<Wire> {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 256)
    .withCodeType(sdk.CreateFunctionRequestBodyCodeTypeEnum.ZIP)
    .withCodeFilename('index.zip')
    .withUserData('{"A":"1"}')
    .withEncryptedUserData('{"SECRET":"hidden"}')
    .withFuncCode(new sdk.FuncCode().withFile(zipped({ 'index.js': SOURCE })));
  return wire(server.sdk.createFunction(new sdk.CreateFunctionRequest().withBody(body)));
}

const base = ({ func_urn }: Wire): string => func_urn.replace(/:latest$/, '');
const config = (urn: string) => wire(server.sdk.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn)));

/** The official client decodes answers as text; for an archive it must be configured to keep the bytes. */
function bytesClient(): sdk.FunctionGraphClient {
  const { access_key, secret_key, project_id, endpoint } = server.credentials;
  return sdk.FunctionGraphClient.newBuilder()
    .withCredential(new BasicCredentials().withAk(access_key).withSk(secret_key).withProjectId(project_id))
    .withEndpoint(endpoint)
    .withOptions({ axiosRequestConfig: { responseType: 'arraybuffer' } } as never)
    .build() as sdk.FunctionGraphClient;
}

const exported = (urn: string, change: (requested: sdk.ExportFunctionRequest) => unknown = () => undefined) => {
  const requested = new sdk.ExportFunctionRequest(urn);
  change(requested);
  return bytesClient().exportFunction(requested);
};
const both = (requested: sdk.ExportFunctionRequest) => requested.withConfig(true).withCode(true);
const imported = (name: string, archive: Buffer, type = 'zip') => {
  const body = new sdk.ImportFunctionRequestBody(name, `${name}.zip`, type, archive.toString('base64'));
  return wire(server.sdk.importFunction(new sdk.ImportFunctionRequest().withBody(body)));
};

beforeAll(async () => {
  server = await TestAccount.open();
  runtime = await runtimeOf(server, 'Node.js');
});
afterAll(() => server?.stop());

describe('export and import', () => {
  it('make a function again that runs, without the values of its encrypted variables', async () => {
    const original = await createFunction('round-trip');
    const { body: archive } = await wire(exported(base(original), both));
    expect(archive.includes('hidden')).toBe(false);
    const copy = await imported('round-trip-copy', archive);
    expect(copy).toMatchObject({ func_name: 'round-trip-copy', runtime, digest: original.digest, package: 'default' });
    const ignored = ['func_id', 'resource_id', 'func_urn', 'func_name', 'last_modified'];
    const fields = (wired: Wire) => Object.entries(wired).filter(([name]) => !ignored.includes(name));
    expect(fields(await config(base(copy)))).toEqual(fields(await config(base(original))));
    expect((await invoke(server, base(copy))).json).toEqual({ a: '1', secret: '' });
  });

  it('comes under the name of the function and the MD5 of its code, with its length said before', async () => {
    const urn = base(await createFunction('named'));
    const path = `/v2/${server.credentials.project_id}/fgs/functions/${urn}/export?config=true&code=true`;
    const answer = await request(server, { method: 'GET', path });
    expect(answer.headers.get('content-disposition')).toMatch(/filename="named[0-9a-f]{32}\.zip"/);
    expect(answer.headers.get('content-type')).toBe('application/zip');
    expect(Number(answer.headers.get('content-length'))).toBe(answer.body.length);
  });

  it('takes the version that the URN names, and one of the parts when asked so', async () => {
    const urn = base(await createFunction('versions'));
    const body = new sdk.CreateFunctionVersionRequestBody().withVersion('v1');
    await server.sdk.createFunctionVersion(new sdk.CreateFunctionVersionRequest(urn).withBody(body));
    expect((await wire(exported(`${urn}:v1`, both))).httpStatusCode).toBe(200);
    const alone = await wire(exported(urn, (requested) => requested.withType('config')));
    expect(alone.body.includes('versions.yaml') && !alone.body.includes('code.zip')).toBe(true);
    expect(await refusal(imported('alone', alone.body))).toEqual([400, 'FSS.1012']);
    const code = await wire(exported(urn, (requested) => requested.withType('code')));
    expect(code.body.includes('code.zip') && !code.body.includes('versions.yaml')).toBe(true);
    expect(await refusal(imported('alone', code.body))).toEqual([400, 'FSS.1025']);
  });

  it('refuses what cannot be, each with its code', async () => {
    const original = await createFunction('refusals');
    const urn = base(original);
    // with the client that reads text: the other one cannot read a refusal
    const ask = (name: string, change: (requested: sdk.ExportFunctionRequest) => unknown) => {
      const requested = new sdk.ExportFunctionRequest(name);
      change(requested);
      return refusal(server.sdk.exportFunction(requested));
    };
    expect(await ask(urn, () => undefined)).toEqual([400, 'FSS.0400']);
    expect(await ask(urn, (requested) => requested.withType('all'))).toEqual([400, 'FSS.0400']);
    expect(await ask(urn, (requested) => both(requested).withType('code'))).toEqual([400, 'FSS.0400']);
    expect(await ask(urn.replace('refusals', 'nothing'), both)).toEqual([404, 'FSS.1051']);
    expect(await ask(`${urn}:v9`, both)).toEqual([404, 'FSS.1052']);
    const { body: archive } = await wire(exported(urn, both));
    expect(await refusal(imported('refusals', archive))).toEqual([409, 'FSS.1061']);
    expect(await refusal(imported('1', archive))).toEqual([400, 'FSS.1002']);
    expect(await refusal(imported('other', Buffer.from('no zip')))).toEqual([400, 'FSS.1011']);
    expect(await refusal(imported('other', archive, 'tar'))).toEqual([400, 'FSS.1013']);
    // by hand: the client prints the whole body of a request that was refused
    const large = Buffer.alloc(50 * 1024 * 1024 + 1).toString('base64');
    const answer = await request(server, {
      path: `/v2/${server.credentials.project_id}/fgs/functions/import`,
      body: JSON.stringify({ func_name: 'other', file_name: 'x.zip', file_type: 'zip', file_code: large }),
    });
    expect([answer.status, answer.json.error_code]).toEqual([400, 'FSS.1023']);
  });
});

describe('function templates', () => {
  const list = (change: (requested: sdk.ListFunctionTemplateRequest) => unknown = () => undefined) => {
    const requested = new sdk.ListFunctionTemplateRequest();
    change(requested);
    return wire(server.sdk.listFunctionTemplate(requested));
  };
  const ids = ({ func_templates }: Wire): string[] => func_templates.map(({ id }) => id);

  it('are listed in pages and narrowed by runtime, scene, service and whose they are', async () => {
    const all = await list();
    expect(all.func_templates.length).toBeGreaterThanOrEqual(12);
    const seen: string[] = [];
    for (let marker = 0; ; ) {
      const page = await list((requested) => requested.withMarker(String(marker)).withMaxitems('5'));
      if (page.func_templates.length === 0) break;
      seen.push(...ids(page));
      marker = page.next_marker;
    }
    expect(seen).toEqual(ids(all));
    const ours = await list((requested) => requested.withRuntime(runtime).withScene('event'));
    expect(ours.func_templates).toMatchObject([{ id: 'event-router-node', runtime, code: '' }]);
    expect(ids(await list((requested) => requested.withService('TIMER')))).toEqual(['cron-cleanup-node']);
    expect(ids(await list((requested) => requested.withIspublic('false')))).toEqual([]);
    expect(await refusal(list((requested) => requested.withIspublic('maybe')))).toEqual([400, 'FSS.0400']);
    expect(await refusal(list((requested) => requested.withMarker('-1')))).toEqual([400, 'FSS.0400']);
  });

  it('are shown with code that a function can be created with', async () => {
    const show = (id: string) => wire(server.sdk.showFunctionTemplate(new sdk.ShowFunctionTemplateRequest(id)));
    const shown = await show('hello-node');
    expect(shown).toMatchObject({
      template_name: 'hello-node',
      code_type: 'inline',
      handler: 'index.handler',
      memory_size: 128,
      temp_detail: { input: '{"name":"Ada"}' },
      title: 'Hello, world (Node.js)',
    });
    expect(Buffer.from(shown.code, 'base64').toString()).toContain('exports.handler');
    const path = `/v2/${server.credentials.project_id}/fgs/templates/hello-node`;
    const chinese = await request(server, { method: 'GET', path, headers: { 'X-Language': 'zh-cn' } });
    expect(chinese.json.title).toBe('你好，世界（Node.js）');
    expect(await refusal(show('nothing'))).toEqual([404, 'FSS.1059']);
  });
});
