import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { request } from '../functions.ts';
import { TestServer } from '../server.ts';
import { refusal } from './answers.ts';

let server: TestServer;
let bucket: Server;
let bucketAddress: string;
let runtime: string;

/** What really came over the wire. */
interface Wire {
  readonly id: string;
  readonly dep_id: string;
  readonly version: number;
  readonly owner: string;
  readonly link: string;
  readonly download_link: string;
  readonly last_modified: number;
  readonly func_urn: string;
  readonly digest: string;
  readonly depend_list: readonly string[];
  readonly depend_version_list: readonly string[];
  readonly dependencies: readonly Wire[];
  readonly next_marker: number;
  readonly count: number;
  readonly name: string;
}
const wire = async (work: Promise<object>): Promise<Wire> => (await work) as Wire;

const zip = (files: Readonly<Record<string, string>>): Buffer =>
  fakeZip(Object.entries(files).map(([name, data]) => ({ name, data })));
const library = (text: string) =>
  zip({ 'node_modules/greet/index.js': `module.exports = () => ${JSON.stringify(text)};` });

const upload = (name: string, archive: Buffer, change?: (body: sdk.CreateDependencyRequestBody) => unknown) => {
  const body = new sdk.CreateDependencyRequestBody('zip', runtime, name).withDependFile(archive.toString('base64'));
  change?.(body);
  return wire(server.sdk.createDependencyVersion(new sdk.CreateDependencyVersionRequest().withBody(body)));
};
const show = (id: string, version: number | string) =>
  wire(server.sdk.showDependencyVersion(new sdk.ShowDependencyVersionRequest(id, String(version))));
const versions = (id: string) => wire(server.sdk.listDependencyVersion(new sdk.ListDependencyVersionRequest(id)));
const list = (change?: (list: sdk.ListDependenciesRequest) => unknown) => {
  const requested = new sdk.ListDependenciesRequest();
  change?.(requested);
  return wire(server.sdk.listDependencies(requested));
};
const remove = (id: string, version: number) =>
  server.sdk.deleteDependencyVersion(new sdk.DeleteDependencyVersionRequest(id, String(version)));

const SOURCE = 'exports.handler = async (event, context) => require("greet")();';

async function createFunction(name: string, ids?: string[]): Promise<Wire> {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 128)
    .withCodeType(sdk.CreateFunctionRequestBodyCodeTypeEnum.ZIP)
    .withCodeFilename('index.zip')
    .withFuncCode(new sdk.FuncCode().withFile(zip({ 'index.js': SOURCE }).toString('base64')));
  if (ids !== undefined) body.withDependVersionList(ids);
  return wire(server.sdk.createFunction(new sdk.CreateFunctionRequest().withBody(body)));
}

const base = ({ func_urn }: Wire): string => func_urn.replace(/:latest$/, '');
const config = (urn: string) => wire(server.sdk.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn)));
const attach = (urn: string, ids: string[]) => {
  const body = new sdk.UpdateFunctionCodeRequestBody(sdk.UpdateFunctionCodeRequestBodyCodeTypeEnum.ZIP);
  return wire(
    server.sdk.updateFunctionCode(new sdk.UpdateFunctionCodeRequest(urn).withBody(body.withDependVersionList(ids))),
  );
};
const publish = (urn: string, version: string) => {
  const body = new sdk.CreateFunctionVersionRequestBody().withVersion(version);
  return wire(server.sdk.createFunctionVersion(new sdk.CreateFunctionVersionRequest(urn).withBody(body)));
};

async function run(urn: string): Promise<unknown> {
  const requested = new sdk.InvokeFunctionRequest(urn).withXCFFRequestVersion('v1').withBody({});
  return (await server.sdk.invokeFunction(requested)).result;
}

beforeAll(async () => {
  bucket = createServer(({ url }, response) => {
    if (url?.startsWith('/lib.zip')) response.end(library('from a bucket'));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => bucket.listen(0, '127.0.0.1', done));
  bucketAddress = `127.0.0.1:${(bucket.address() as AddressInfo).port}`;
  server = await TestServer.start({ args: ['--link-hosts', bucketAddress] });
  const { data } = await server.api.call('listRuntimeTypes', { params: { project_id: server.credentials.project_id } });
  runtime = (data as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  expect(runtime).not.toBe('');
});

afterAll(async () => {
  await server?.stop();
  await new Promise((done) => bucket.close(done));
});

describe('the official SDK', () => {
  it('stores versions from 1, shows and lists them, and fetches the archive back', async () => {
    const one = await upload('life', library('one'), (body) => body.withDescription('the first'));
    expect(one).toMatchObject({ version: 1, name: 'life', runtime, description: 'the first', is_shared: false });
    const two = await upload('life', library('two'));
    expect([two.version, two.dep_id, two.id === one.id]).toEqual([2, one.dep_id, false]);
    expect(Math.abs(one.last_modified * 1000 - Date.now())).toBeLessThan(600_000);
    const shown = await show(one.dep_id, 1);
    expect(shown).toMatchObject({ id: one.id, size: library('one').length, file_name: 'life.zip' });
    expect(Buffer.from(await (await fetch(shown.download_link)).arrayBuffer())).toEqual(library('one'));
    const all = await versions(one.dep_id);
    expect(all).toMatchObject({ count: 2, dependencies: [{ version: 2 }, { version: 1 }] });
    const found = await list((requested) =>
      requested.withName('lif').withRuntime(runtime).withDependencyType('private'),
    );
    expect(found).toMatchObject({ count: 1, dependencies: [{ id: two.id, version: 2 }] });
    expect((await list((requested) => requested.withDependencyType('public'))).count).toBe(0);
    expect((await list((requested) => requested.withRuntime('Python3.9'))).count).toBe(0);
    expect(((await remove(one.dep_id, 2)) as { httpStatusCode: number }).httpStatusCode).toBe(204);
    await remove(one.dep_id, 1);
    expect(await refusal(show(one.dep_id, 1))).toEqual([404, 'FSS.1056']);
    expect(await refusal(versions(one.dep_id))).toEqual([404, 'FSS.1056']);
  });

  it('pages through a list until an empty page', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await upload(name, library(name));
    const names: string[] = [];
    let marker = 0;
    for (;;) {
      const page = await list((requested) => requested.withName('page-').withMarker(String(marker)).withMaxitems('2'));
      if (page.dependencies.length === 0) break;
      names.push(...page.dependencies.map(({ name }) => name));
      marker = page.next_marker;
    }
    expect(names).toEqual(['page-a', 'page-b', 'page-c']);
    expect(await refusal(list((requested) => requested.withMarker('-1')))).toEqual([400, 'FSS.0400']);
    expect(await refusal(list((requested) => requested.withDependencyType('odd')))).toEqual([400, 'FSS.0400']);
  });

  it('refuses what cannot be a dependency, each with its code', async () => {
    const good = library('x');
    expect(await refusal(upload('9name', good))).toEqual([400, 'FSS.1024']);
    expect(await refusal(upload('n'.repeat(97), good))).toEqual([400, 'FSS.1024']);
    expect(await refusal(upload('x', Buffer.from('no archive')))).toEqual([400, 'FSS.1024']);
    expect(await refusal(upload('x', zip({ 'lib/a.js~': '' })))).toEqual([400, 'FSS.1024']);
    expect(await refusal(upload('x', fakeZip([{ name: '../../x', data: '' }])))).toEqual([400, 'FSS.1024']);
    const many = Object.fromEntries(Array.from({ length: 30_001 }, (_, n) => [`f${n}`, '']));
    expect(await refusal(upload('x', zip(many)))).toEqual([400, 'FSS.1024']);
    expect(await refusal(upload('x', good, (body) => body.withDependType('jar')))).toEqual([400, 'FSS.1032']);
    expect(await refusal(upload('x', good, (body) => body.withRuntime('Node')))).toEqual([400, 'FSS.1005']);
    expect(await refusal(upload('x', good, (body) => body.withDescription('x'.repeat(513))))).toEqual([
      400,
      'FSS.1019',
    ]);
    expect((await list((requested) => requested.withName('x'))).count).toBe(0);
  });

  it('fetches an archive from a bucket, and only from where it may', async () => {
    const from = (link: string) => upload('bucket', zip({}), (b) => b.withDependType('obs').withDependLink(link));
    const made = await from(`http://${bucketAddress}/lib.zip?signature=x`);
    expect(made).toMatchObject({ version: 1, link: `http://${bucketAddress}/lib.zip?signature=x` });
    expect(await run(base(await createFunction('bucket', [made.id])))).toBe('from a bucket');
    expect(await refusal(from(`http://${bucketAddress}/nothing.zip`))).toEqual([404, 'FSS.1054']);
    expect(await refusal(from(`${server.endpoint}/v1/health`))).toEqual([400, 'FSS.1010']);
    expect(await refusal(from('obs://bucket/lib.zip'))).toEqual([400, 'FSS.1010']);
  });

  it('gives a function dependencies at its birth and later, and reads them back', async () => {
    const one = await upload('greet', library('one'));
    const two = await upload('greet', library('two'));
    const made = await createFunction('greeter', [one.id]);
    const fields = { depend_version_list: [one.id], depend_list: [one.dep_id] };
    expect(made).toMatchObject({ ...fields, dependencies: [{ id: one.id, name: 'greet', version: 1 }] });
    const urn = base(made);
    expect(await config(urn)).toMatchObject(fields);
    expect(await run(urn)).toBe('one');
    const changed = await attach(urn, [two.id]);
    expect(changed).toMatchObject({ depend_version_list: [two.id], digest: made.digest });
    expect(await run(urn)).toBe('two');
    const code = await wire(server.sdk.showFunctionCode(new sdk.ShowFunctionCodeRequest(urn)));
    expect(code).toMatchObject({ depend_version_list: [two.id], digest: made.digest });
    await attach(urn, []);
    expect(await config(urn)).toMatchObject({ depend_version_list: [], depend_list: [], dependencies: [] });
  });

  it('keeps with each version what it was published with, and refuses to delete that', async () => {
    const one = await upload('kept', library('one'));
    const two = await upload('kept', library('two'));
    const urn = base(await createFunction('keeper', [one.id]));
    expect(await publish(urn, 'v1')).toMatchObject({ dependencies: [{ id: one.id }] });
    await attach(urn, [two.id]);
    expect(await Promise.all([run(`${urn}:v1`), run(urn)])).toEqual(['one', 'two']);
    expect(await refusal(remove(one.dep_id, 1))).toEqual([412, 'FSS.1033']);
    expect(await refusal(remove(one.dep_id, 2))).toEqual([412, 'FSS.1033']);
    await server.restart();
    expect(await Promise.all([run(`${urn}:v1`), run(urn)])).toEqual(['one', 'two']);
    await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(`${urn}:v1`));
    await remove(one.dep_id, 1);
    expect(await run(urn)).toBe('two');
    await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(urn));
    await remove(one.dep_id, 2);
  });

  it('refuses dependencies that a function cannot have', async () => {
    const python = await upload('py', zip({ 'm.py': '' }), (body) => body.withRuntime('Python3.9'));
    const urn = base(await createFunction('strict'));
    expect(await refusal(attach(urn, [python.id]))).toEqual([424, 'FSS.0424']);
    expect(await refusal(attach(urn, ['00000000-0000-0000-0000-000000000000']))).toEqual([404, 'FSS.1056']);
    const ids = await Promise.all(
      Array.from({ length: 21 }, async (_, n) => (await upload(`many${n}`, zip({ [`f${n}`]: '' }))).id),
    );
    expect(await refusal(attach(urn, ids))).toEqual([400, 'FSS.1024']);
    expect((await attach(urn, ids.slice(1))).depend_version_list).toEqual(ids.slice(1));
    expect(await refusal(createFunction('never', ids))).toEqual([400, 'FSS.1024']);
    expect(await refusal(config(urn.replace(/strict$/, 'never')))).toEqual([404, 'FSS.1051']);
  });
});

describe("Terraform's calls", () => {
  const call = async (method: string, path: string, body?: object): Promise<{ status: number; json: Wire }> => {
    const { project_id } = server.credentials;
    // with a line break at the end, as the provider sends it
    const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
    const answer = await request(server, { method, path: `/v2/${project_id}/fgs${path}`, body: text });
    return { status: answer.status, json: answer.json as unknown as Wire };
  };

  it('make a dependency version and a function with it, read both back unchanged, and take them away', async () => {
    const requested = {
      depend_type: 'obs',
      depend_link: `http://${bucketAddress}/lib.zip`,
      name: 'terraformed',
      runtime,
      description: 'by a plan',
    };
    const made = await call('POST', '/dependencies/version', requested);
    expect(made.status).toBe(200);
    const { dep_id, version, id } = made.json;
    expect(version).toBe(1);
    const read = async () => (await call('GET', `/dependencies/${dep_id}/version/${version}`)).json;
    const state = await read();
    expect(state).toMatchObject({
      runtime,
      name: 'terraformed',
      description: 'by a plan',
      id,
      dep_id,
      version,
      link: requested.depend_link,
    });
    const { download_link: _one, ...first } = state;
    const { download_link: _two, ...second } = await read();
    expect(second).toEqual(first);

    const fn = {
      func_name: 'terraformed',
      package: 'default',
      runtime,
      handler: 'index.handler',
      timeout: 10,
      memory_size: 128,
      code_type: 'inline',
    };
    const file = Buffer.from(SOURCE).toString('base64');
    const created = await call('POST', '/functions', { ...fn, code_filename: 'index.js', func_code: { file } });
    const urn = base(created.json);
    const code = {
      code_type: 'inline',
      code_url: '',
      code_filename: 'index.js',
      depend_version_list: [id],
      func_code: { file },
    };
    expect((await call('PUT', `/functions/${urn}/code`, code)).status).toBe(200);
    const { json } = await call('GET', `/functions/${urn}/config`);
    expect(json.depend_version_list).toEqual([id]);
    expect(await run(urn)).toBe('from a bucket');
    // a second apply with only the list
    const { func_code: _file, ...again } = code;
    expect((await call('PUT', `/functions/${urn}/code`, again)).status).toBe(200);
    expect((await call('GET', `/functions/${urn}/config`)).json).toEqual(json);
    expect((await call('DELETE', `/dependencies/${dep_id}/version/${version}`)).status).toBe(412);
    expect((await call('DELETE', `/functions/${urn}`)).status).toBe(204);
    expect((await call('DELETE', `/dependencies/${dep_id}/version/${version}`)).status).toBe(204);
    expect((await call('GET', `/dependencies/${dep_id}/version/${version}`)).status).toBe(404);
  });

  it('of the older resource make, change, read and delete a package', async () => {
    const requested = { depend_type: 'obs', depend_link: `http://${bucketAddress}/lib.zip`, name: 'older', runtime };
    const { json, status } = await call('POST', '/dependencies', requested);
    expect(status).toBe(200);
    expect((await call('POST', '/dependencies', requested)).status).toBe(409);
    // that resource knows one id, and functions get the same
    const path = `/dependencies/${json.id}`;
    const urn = base(await createFunction('older', [json.id]));
    expect((await config(urn)).depend_version_list).toEqual([json.id]);
    expect((await call('PUT', path, { ...requested, description: 'changed' })).json).toMatchObject({ version: 2 });
    expect((await call('GET', path)).json).toMatchObject({ name: 'older', description: 'changed', version: 2 });
    expect((await call('DELETE', path)).status).toBe(412);
    await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(urn));
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });
});
