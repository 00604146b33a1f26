import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runtimeOf } from '../functions.ts';
import { TestAccount } from '../test-account.ts';
import { refused, wire } from './answers.ts';

let server: TestAccount;
let urn: string;
let missing: string;

beforeAll(async () => {
  server = await TestAccount.open();
  const runtime = (await runtimeOf(server, 'Node.js')) as never;
  const body = new sdk.CreateFunctionRequestBody('hello', 'default', runtime, 10, 'index.handler', 128);
  const made = await wire<{ func_urn: string }>(
    server.sdk.createFunction(new sdk.CreateFunctionRequest().withBody(body)),
  );
  urn = made.func_urn;
  missing = urn.replace(':hello:', ':missing:');
});

afterAll(async () => {
  await server?.stop();
});

const JSON_TYPE = 'application/json';
const NOT_HERE = { status: 426, code: 'FSS.0426' };
const NO_FUNCTION = { status: 404, code: 'FSS.1051' };

it('reports that logs have been enabled, in the words that Terraform looks for', async () => {
  const request = new sdk.EnableLtsLogsRequest().withContentType(JSON_TYPE);
  expect(await refused(server.sdk.enableLtsLogs(request))).toMatchObject({
    status: 400,
    code: 'FSS.1221',
    message: expect.stringMatching(/lts log has been enabled/i),
  });
});

it('returns where the log of a function is, or its log_config', async () => {
  const show = (of: string) => server.sdk.showLtsLogDetails(new sdk.ShowLtsLogDetailsRequest(of, JSON_TYPE));
  const config = await wire<{ func_id: string }>(server.sdk.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn)));
  const { project_id } = server.credentials;
  const ours = {
    group_id: project_id,
    group_name: `functiongraph.log.group.${project_id}`,
    stream_id: config.func_id,
    stream_name: 'default.hello',
  };
  expect(await show(urn)).toMatchObject(ours);
  expect(await show(urn.replace(/:latest$/, ''))).toMatchObject(ours);
  expect(await refused(show(missing))).toMatchObject(NO_FUNCTION);
  const chosen = { group_id: 'g', group_name: 'G', stream_id: 's', stream_name: 'S' };
  const log = Object.assign(new sdk.FuncLogConfig(), chosen);
  const runtime = (await runtimeOf(server, 'Node.js')) as never;
  const body = new sdk.UpdateFunctionConfigRequestBody('hello', runtime, 10, 'index.handler', 128).withLogConfig(log);
  await server.sdk.updateFunctionConfig(new sdk.UpdateFunctionConfigRequest(urn).withBody(body));
  expect(await show(urn)).toMatchObject(chosen);
});

it('switches tracing on with keys, which it shows, and off without', async () => {
  const set = (of: string, ak: string, sk: string) =>
    server.sdk.updateTracing(
      new sdk.UpdateTracingRequest(of, JSON_TYPE).withBody(
        new sdk.UpdateTracingRequestBody().withTracingAk(ak).withTracingSk(sk),
      ),
    );
  const show = (of: string) => server.sdk.showTracing(new sdk.ShowTracingRequest(of, JSON_TYPE));
  expect(await show(urn)).toMatchObject({ tracing_ak: '', tracing_sk: '' });
  expect(await set(urn, 'ak', 'sk')).toMatchObject({ httpStatusCode: 200 });
  expect(await show(urn)).toMatchObject({ tracing_ak: 'ak', tracing_sk: 'sk' });
  expect(await refused(set(urn, 'ak', ''))).toMatchObject({ status: 400 });
  expect(await show(urn)).toMatchObject({ tracing_ak: 'ak', tracing_sk: 'sk' });
  expect(await set(urn, '', '')).toMatchObject({ httpStatusCode: 200 });
  expect(await show(urn)).toMatchObject({ tracing_ak: '', tracing_sk: '' });
  expect(await refused(show(missing))).toMatchObject(NO_FUNCTION);
  expect(await refused(set(missing, '', ''))).toMatchObject(NO_FUNCTION);
});

it('reports that there is no snapshot, lets it be switched off and refuses to make one', async () => {
  const show = (of: string, action: string) =>
    server.sdk.showFuncSnapshotState(new sdk.ShowFuncSnapshotStateRequest(of, action, JSON_TYPE));
  const set = (of: string, action: string) =>
    server.sdk.updateFuncSnapshot(new sdk.UpdateFuncSnapshotRequest(of, action, JSON_TYPE));
  expect(await show(urn, 'state')).toMatchObject({ state: 'disable', code: '' });
  expect(await show(urn, 'enableSnapshot')).toMatchObject({ state: 'disable', code: '' });
  expect(await set(urn, 'disable')).toMatchObject({ httpStatusCode: 200 });
  expect(await refused(set(urn, 'enable'))).toMatchObject(NOT_HERE);
  for (const work of [() => show(urn, 'other'), () => set(urn, 'other')]) {
    expect(await refused(work())).toMatchObject({ status: 400, message: expect.stringContaining('action') });
  }
  expect(await refused(show(missing, 'state'))).toMatchObject(NO_FUNCTION);
  expect(await refused(set(missing, 'disable'))).toMatchObject(NO_FUNCTION);
});

it('refuses bridges and endpoints clearly', async () => {
  const { sdk: client } = server;
  const endpoint = new sdk.CreateVpcEndpointRequestBody('vpc', 'subnet');
  const calls: [string, () => Promise<unknown>][] = [
    ['listBridgeFunctions', () => client.listBridgeFunctions(new sdk.ListBridgeFunctionsRequest(urn))],
    ['listBridgeVersions', () => client.listBridgeVersions(new sdk.ListBridgeVersionsRequest('rds' as never))],
    [
      'createVpcEndpoint',
      () => client.createVpcEndpoint(new sdk.CreateVpcEndpointRequest(JSON_TYPE).withBody(endpoint)),
    ],
    ['deleteVpcEndpoint', () => client.deleteVpcEndpoint(new sdk.DeleteVpcEndpointRequest('vpc', 'subnet', JSON_TYPE))],
  ];
  for (const [name, call] of calls) {
    expect(await refused(call())).toMatchObject({ ...NOT_HERE, message: expect.stringContaining(name) });
  }
});
