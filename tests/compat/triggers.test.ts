import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deploy, PATIENCE, project, request, runtimeOf, unsigned, zipped } from '../functions.ts';
import { TestServer } from '../server.ts';
import { refusal } from './answers.ts';

interface Wire {
  readonly trigger_id: string;
  readonly trigger_type_code: string;
  readonly trigger_status: string;
  readonly event_data: Readonly<Record<string, unknown>> & { readonly invoke_url?: string };
  readonly func_urn: string;
  readonly created_time: string;
  readonly last_updated_time: string;
}

let server: TestServer;
let urn: string;

/** The answer of the server, without additions of the client. */
async function wire(work: Promise<unknown>): Promise<Wire> {
  const { httpStatusCode: _, ...said } = (await work) as Record<string, unknown>;
  return said as unknown as Wire;
}

type Kind = keyof typeof sdk.CreateFunctionTriggerRequestBodyTriggerTypeCodeEnum;

function create(kind: Kind, data: sdk.TriggerEventDataRequestBody, of = urn, status?: 'ACTIVE' | 'DISABLED') {
  const body = new sdk.CreateFunctionTriggerRequestBody()
    .withTriggerTypeCode(sdk.CreateFunctionTriggerRequestBodyTriggerTypeCodeEnum[kind])
    .withEventData(data);
  if (status !== undefined) body.withTriggerStatus(sdk.CreateFunctionTriggerRequestBodyTriggerStatusEnum[status]);
  return wire(server.sdk.createFunctionTrigger(new sdk.CreateFunctionTriggerRequest(of).withBody(body)));
}
const list = (of = urn) =>
  wire(server.sdk.listFunctionTriggers(new sdk.ListFunctionTriggersRequest(of))).then((said): Wire[] =>
    Object.values(said),
  );
const show = ({ trigger_type_code: kind, trigger_id: id }: Wire, of = urn) =>
  wire(server.sdk.showFunctionTrigger(new sdk.ShowFunctionTriggerRequest(of, kind as never, id)));
const remove = ({ trigger_type_code: kind, trigger_id: id }: Wire, of = urn) =>
  server.sdk.deleteFunctionTrigger(new sdk.DeleteFunctionTriggerRequest(of, kind as never, id));
const setStatus = ({ trigger_type_code: kind, trigger_id: id }: Wire, status: 'ACTIVE' | 'DISABLED') =>
  wire(
    server.sdk.updateTrigger(
      new sdk.UpdateTriggerRequest(urn, kind as never, id).withBody(
        new sdk.UpdateTriggerRequestBody().withTriggerStatus(sdk.UpdateTriggerRequestBodyTriggerStatusEnum[status]),
      ),
    ),
  );
const removeAll = (of = urn) => server.sdk.batchDeleteFunctionTriggers(new sdk.BatchDeleteFunctionTriggersRequest(of));

const timer = (schedule = '5m', name = 'Timer_001') =>
  new sdk.TriggerEventDataRequestBody()
    .withName(name)
    .withScheduleType(sdk.TriggerEventDataRequestBodyScheduleTypeEnum[/^\d+\w$/.test(schedule) ? 'RATE' : 'CRON'])
    .withSchedule(schedule)
    .withUserEvent('User Event');
const api = (path = '/users/{id}', name = 'API_users') =>
  new sdk.TriggerEventDataRequestBody()
    .withName(name)
    .withType(1 as never)
    .withPath(path)
    .withProtocol(sdk.TriggerEventDataRequestBodyProtocolEnum.HTTPS)
    .withReqMethod(sdk.TriggerEventDataRequestBodyReqMethodEnum.ANY)
    .withGroupId('f1b2')
    .withGroupName('APIGroup_xxx')
    .withMatchMode(sdk.TriggerEventDataRequestBodyMatchModeEnum.NORMAL)
    .withEnvName('RELEASE')
    .withEnvId('DEFAULT_ENVIRONMENT_RELEASE_ID')
    .withAuth(sdk.TriggerEventDataRequestBodyAuthEnum.NONE)
    .withBackendType(sdk.TriggerEventDataRequestBodyBackendTypeEnum.FUNCTION)
    .withFuncInfo(new sdk.ApigTriggerFuncInfo(5000));

const objects = (name = 'objects') =>
  new sdk.TriggerEventDataRequestBody()
    .withName(name)
    .withBucket('photos')
    .withEvents(['ObjectCreated', 's3:ObjectRemoved:*'])
    .withPrefix('in/')
    .withSuffix('.png');

beforeAll(async () => {
  server = await TestServer.start();
  const runtime = await runtimeOf(server, 'Node.js');
  const source = `exports.handler = async (event, context) => ({ statusCode: 200, headers: { 'Content-Type': 'application/json' },
    isBase64Encoded: false, body: JSON.stringify(event) });`;
  urn = await deploy(server, { name: 'triggered', runtime, files: { 'index.js': source } });
  const publish = new sdk.CreateFunctionVersionRequestBody().withVersion('v1');
  await server.sdk.createFunctionVersion(new sdk.CreateFunctionVersionRequest(urn).withBody(publish));
  const alias = new sdk.CreateVersionAliasRequestBody('live', 'v1');
  await server.sdk.createVersionAlias(new sdk.CreateVersionAliasRequest(urn).withBody(alias));
});
afterEach(() => removeAll());
afterAll(() => server?.stop());

describe('triggers, by the official client', () => {
  it('by time are made, read, switched off and on, and deleted', async () => {
    const made = await create('TIMER', timer());
    const event_data = { name: 'Timer_001', schedule_type: 'Rate', schedule: '5m', user_event: 'User Event' };
    expect(made).toMatchObject({ trigger_type_code: 'TIMER', trigger_status: 'ACTIVE', func_urn: `${urn}:latest` });
    expect(made.event_data).toEqual(event_data);
    expect(made.created_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    expect(await show(made)).toEqual(made);
    expect(await list()).toEqual([made]);
    expect(await setStatus(made, 'DISABLED')).toMatchObject({ trigger_status: 'DISABLED', event_data });
    await server.restart();
    expect(await show(made, `${urn}:latest`)).toMatchObject({ trigger_status: 'DISABLED', event_data });
    expect(await setStatus(made, 'ACTIVE')).toMatchObject({ trigger_status: 'ACTIVE' });
    await remove(made);
    expect(await refusal(show(made))).toEqual([404, 'FSS.1131']);
    expect(await refusal(remove(made))).toEqual([404, 'FSS.1131']);
    const off = await create('TIMER', timer('CRON_TZ=Asia/Shanghai 0 0 8 * * ?'), urn, 'DISABLED');
    expect(off).toMatchObject({ trigger_status: 'DISABLED', event_data: { schedule_type: 'Cron' } });
    await removeAll();
  });

  it('of the gateway are made with an address that works and say where it is', async () => {
    const made = await create('APIG', api());
    expect(made.event_data).toMatchObject({
      name: 'API_users',
      path: '/users/{id}',
      protocol: 'HTTPS',
      req_method: 'ANY',
      group_id: 'f1b2',
      match_mode: 'NORMAL',
      env_name: 'RELEASE',
      auth: 'NONE',
      api_id: made.trigger_id,
      api_name: 'API_users',
      backend_type: 'FUNCTION',
      sl_domain: new URL(server.gateway).host,
      invoke_url: `${server.gateway}/api/${server.credentials.project_id}/f1b2/users/{id}`,
      func_info: { timeout: 5000, invocation_type: 'sync', function_urn: `${urn}:latest`, version: 'latest' },
    });
    const address = (made.event_data.invoke_url ?? '').replace('{id}', '42');
    const answer = await unsigned(`${address}?q=1`, { method: 'PUT', body: 'hi' });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('httpMethod')]);
    expect(answer.json).toMatchObject({
      httpMethod: 'PUT',
      path: '/users/42',
      pathParameters: { id: '42' },
      queryStringParameters: { q: '1' },
      body: Buffer.from('hi').toString('base64'),
      requestContext: { apiId: made.trigger_id, stage: 'RELEASE' },
    });
    await remove(made);
    expect((await unsigned(address, {})).status).toBe(404);
  });

  it('belong to a version or alias, and are listed and deleted with it or with the function', async () => {
    const ofVersion = await create('TIMER', timer(), `${urn}:v1`);
    const ofAlias = await create('TIMER', timer(), `${urn}:!live`);
    const ofLatest = await create('DEDICATEDGATEWAY', api().withInstanceId('gw-1'));
    expect([ofVersion, ofAlias, ofLatest].map((one) => one.func_urn)).toEqual([
      `${urn}:v1`,
      `${urn}:!live`,
      `${urn}:latest`,
    ]);
    const ids = async (of: string) => (await list(of)).map((one) => one.trigger_id).sort();
    expect(await ids(`${urn}:v1`)).toEqual([ofVersion.trigger_id]);
    expect(await ids(`${urn}:!live`)).toEqual([ofAlias.trigger_id]);
    expect(await ids(`${urn}:latest`)).toEqual([ofLatest.trigger_id]);
    expect(await ids(urn)).toHaveLength(3);
    expect(await refusal(show(ofVersion, `${urn}:latest`))).toEqual([404, 'FSS.1131']);
    await removeAll(`${urn}:v1`);
    expect(await ids(urn)).toHaveLength(2);
    await removeAll(`${urn}:latest`);
    expect(await list(urn)).toEqual([]);
  });

  it('of buckets are made, read and deleted, and start their function', async () => {
    const { storage, access_key, secret_key } = server.credentials;
    const s3 = new S3Client({
      endpoint: storage,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: access_key, secretAccessKey: secret_key },
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'photos' }));
    const made = await create('OBS', objects());
    expect(made).toMatchObject({ trigger_type_code: 'OBS', trigger_status: 'ACTIVE', func_urn: `${urn}:latest` });
    const events = ['ObjectCreated', 's3:ObjectRemoved:*'];
    expect(made.event_data).toEqual({ name: 'objects', bucket: 'photos', events, prefix: 'in/', suffix: '.png' });
    expect([await show(made), await list()]).toEqual([made, [made]]);
    expect(await refusal(create('OBS', objects()))).toEqual([409, 'FSS.1145']);
    expect(await refusal(create('OBS', objects('other')))).toEqual([403, 'FSS.1108']);
    expect(await refusal(create('OBS', objects('other').withBucket('none')))).toEqual([426, 'FSS.1152']);
    expect(await refusal(create('OBS', objects('other').withEvents(['Rename'])))).toEqual([400, 'FSS.1106']);
    expect(await refusal(setStatus(made, 'DISABLED'))).toEqual([400, 'FSS.1106']);
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'in/cat.png', Body: 'cat' }));
    const ended = async () => wire(server.sdk.listAsyncInvocations(new sdk.ListAsyncInvocationsRequest(urn)));
    await expect.poll(ended, PATIENCE).toMatchObject({ invocations: [{ status: 'SUCCESS' }] });
    await remove(made);
    expect(await refusal(show(made))).toEqual([404, 'FSS.1131']);
    s3.destroy();
  });

  it('are refused with the codes of the API', async () => {
    expect(await refusal(create('TIMER', timer('61m')))).toEqual([400, 'FSS.1109']);
    expect(await refusal(create('TIMER', timer('every day')))).toEqual([400, 'FSS.1109']);
    expect(await refusal(create('APIG', api('users')))).toEqual([400, 'FSS.1107']);
    expect(await refusal(create('APIG', api(), urn, 'DISABLED'))).toEqual([400, 'FSS.1107']);
    expect(await refusal(create('DDS', timer()))).toEqual([426, 'FSS.0426']);
    expect(await refusal(create('TIMER', timer(), `${urn}x`))).toEqual([404, 'FSS.1051']);
    expect(await refusal(create('TIMER', timer(), `${urn}:v9`))).toEqual([404, 'FSS.1052']);
    expect(await refusal(create('TIMER', timer(), `${urn}:!nope`))).toEqual([404, 'FSS.1053']);
    expect(await refusal(list(`${urn}x`))).toEqual([404, 'FSS.1051']);
    expect(await refusal(removeAll(`${urn}:v9`))).toEqual([404, 'FSS.1052']);
    const made = await create('TIMER', timer());
    expect(await refusal(create('TIMER', timer()))).toEqual([409, 'FSS.1148']);
    const gateway = await create('APIG', api());
    expect(await refusal(create('APIG', api('/users/{name}', 'second')))).toEqual([409, 'FSS.1147']);
    expect(await refusal(create('APIG', api('/other')))).toEqual([409, 'FSS.1146']);
    expect(await refusal(setStatus(gateway, 'DISABLED'))).toEqual([400, 'FSS.1107']);
    expect(await refusal(show({ ...made, trigger_type_code: 'APIG' }))).toEqual([404, 'FSS.1131']);
    await removeAll();
    for (let n = 0; n < 10; n += 1) await create('TIMER', timer('1h', `t${n}`));
    expect(await refusal(create('TIMER', timer('1h', 'eleventh')))).toEqual([400, 'FSS.1306']);
    await removeAll();
  });
});

describe('the order of Terraform', () => {
  const path = (rest = ''): string => `/v2/${server.credentials.project_id}/fgs/triggers/${urn}:latest${rest}`;
  const send = (method: string, at: string, body?: object) =>
    request(server, { method, path: at, ...(body === undefined ? {} : { body: `${JSON.stringify(body)}\n` }) });

  it('of a trigger: create without a status, read, update as an object, poll, delete, poll until 404', async () => {
    const event_data = { name: 'tf', schedule_type: 'Cron', schedule: '@every 1h30m' };
    const made = await send('POST', path(), { trigger_type_code: 'TIMER', event_data });
    expect([made.status, made.json.trigger_status]).toEqual([201, 'ACTIVE']);
    const one = path(`/TIMER/${made.json.trigger_id as string}`);
    const read = await send('GET', one);
    expect([read.status, read.json.event_data]).toEqual([200, event_data]);
    const changed = { ...event_data, schedule: '0 0 8 * * ?' };
    const updated = await send('PUT', one, { trigger_status: 'DISABLED', event_data: changed });
    expect(updated.status).toBe(200);
    expect((await send('GET', one)).json).toMatchObject({ trigger_status: 'DISABLED', event_data: changed });
    const listed = await send('PUT', one, { event_data: [{ user_event: 'in a list' }] });
    expect(listed.json.event_data).toEqual({ ...changed, user_event: 'in a list' });
    expect((await send('PUT', one, { event_data: { is_serial: true } })).status).toBe(400);
    expect((await send('DELETE', one)).status).toBe(204);
    const gone = await send('GET', one);
    expect([gone.status, gone.json.error_code]).toEqual([404, 'FSS.1131']);
  });

  it('leaves nothing behind when the function goes first', async () => {
    const runtime = await runtimeOf(server, 'Node.js');
    const files = { 'index.js': 'exports.handler = async () => 1;' };
    const body = { func_name: 'short', package: 'default', runtime, handler: 'index.handler', timeout: 3 };
    const { data } = await server.api.call('createFunction', {
      params: project(server),
      body: { ...body, memory_size: 128, code_type: 'zip', func_code: { file: zipped(files) } },
    });
    const short = data.func_urn.replace(/:latest$/, '');
    const made = await create('APIG', api('/short', 'short'), short);
    await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(short));
    expect(await refusal(show(made, short))).toEqual([404, 'FSS.1051']);
    await expect.poll(() => refusal(list(short)), PATIENCE).toEqual([404, 'FSS.1051']);
    expect((await unsigned(made.event_data.invoke_url ?? '', {})).status).toBe(404);
  });
});
