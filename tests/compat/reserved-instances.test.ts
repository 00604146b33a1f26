import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { refusal } from './answers.ts';
import { type CompatServer, startCompatServer } from './server.ts';

let server: CompatServer;
let runtime: string;

interface Wire {
  readonly func_urn: string;
  readonly count: number;
  readonly idle_mode: boolean;
  readonly tactics_config: { readonly cron_configs: readonly object[] };
  readonly reserved_instances: readonly object[];
  readonly reservedinstances: readonly { func_urn: string; count: number }[];
  readonly page_info: {
    readonly next_marker: number;
    readonly previous_marker: number;
    readonly current_count: number;
  };
}
const wire = async (work: Promise<object>): Promise<Wire> => (await work) as Wire;

const code = (text: string) =>
  new sdk.FuncCode().withFile(
    fakeZip([{ name: 'index.js', data: `exports.handler = async (event, context) => '${text}';` }]).toString('base64'),
  );

async function create(name: string): Promise<string> {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 128)
    .withCodeType(sdk.CreateFunctionRequestBodyCodeTypeEnum.ZIP)
    .withFuncCode(code('1'));
  const created = await wire(server.client.createFunction(new sdk.CreateFunctionRequest().withBody(body)));
  return created.func_urn.replace(/:latest$/, '');
}

const publish = (urn: string, version: string) =>
  server.client.createFunctionVersion(
    new sdk.CreateFunctionVersionRequest(urn).withBody(new sdk.CreateFunctionVersionRequestBody().withVersion(version)),
  );
const alias = (urn: string, name: string, version: string) =>
  server.client.createVersionAlias(
    new sdk.CreateVersionAliasRequest(urn).withBody(new sdk.CreateVersionAliasRequestBody(name, version)),
  );
const reserve = (urn: string, body: sdk.UpdateFunctionReservedInstancesCountRequestBody) =>
  wire(
    server.client.updateFunctionReservedInstancesCount(
      new sdk.UpdateFunctionReservedInstancesCountRequest(urn).withBody(body),
    ),
  );
const count = (n: number) => new sdk.UpdateFunctionReservedInstancesCountRequestBody(n);
const configs = (urn?: string, marker = '0', limit = '100') => {
  const request = new sdk.ListReservedInstanceConfigsRequest().withLimit(limit).withMarker(marker);
  return wire(server.client.listReservedInstanceConfigs(urn === undefined ? request : request.withFunctionUrn(urn)));
};
const counts = (urn: string) =>
  wire(server.client.listFunctionReservedInstances(new sdk.ListFunctionReservedInstancesRequest().withUrn(urn)));

beforeAll(async () => {
  server = await startCompatServer();
  const { endpoint, project_id } = server.credentials;
  const { createClient } = await import('@funcgraph/api');
  const { access_key: accessKey, secret_key: secretKey } = server.credentials;
  const client = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey } });
  const { data } = await client.call('listRuntimeTypes', { params: { project_id } });
  runtime = data.find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
});
afterAll(() => server.stop());

describe('reserved instances, by the official client', () => {
  it('are set for latest with policies and read back as they were written', async () => {
    const urn = await create('reserved-latest');
    const cron = new sdk.CronConfig()
      .withName('morning')
      .withCron('0 0 8 * * ?')
      .withCount(3)
      .withStartTime(1_900_000_000)
      .withExpiredTime(1_900_086_400);
    const metric = new sdk.MetricConfig().withName('busy').withType('Concurrency').withThreshold(60).withMin(1);
    const body = count(1)
      .withIdleMode(true)
      .withTacticsConfig(new sdk.TacticsConfig().withCronConfigs([cron]).withMetricConfigs([metric]));
    const tactics_config = {
      cron_configs: [
        { name: 'morning', cron: '0 0 8 * * ?', count: 3, start_time: 1_900_000_000, expired_time: 1_900_086_400 },
      ],
      metric_configs: [{ name: 'busy', type: 'Concurrency', threshold: 60, min: 1 }],
    };
    expect(await reserve(`${urn}:latest`, body)).toMatchObject({ count: 1, idle_mode: true, tactics_config });
    const expected = {
      function_urn: urn,
      qualifier_type: 'version',
      qualifier_name: 'latest',
      min_count: 1,
      idle_mode: true,
      tactics_config,
    };
    expect((await configs(`${urn}:latest`)).reserved_instances).toEqual([expected]);
    await expect
      .poll(async () => (await counts(urn)).reservedinstances, { timeout: 20_000 })
      .toEqual([{ func_urn: `${urn}:latest`, count: 1 }]);
    await server.restart().then((again) => {
      server = again;
    });
    expect((await configs(urn)).reserved_instances).toEqual([expected]);
    expect(await reserve(urn, count(0).withIdleMode(false))).toMatchObject({ count: 0, idle_mode: false });
    expect((await configs(urn)).reserved_instances).toEqual([]);
  });

  it('of all versions and aliases are listed by any URN of the function, page by page to an empty page', async () => {
    const urn = await create('reserved-many');
    await publish(urn, 'v1');
    await alias(urn, 'live', 'v1');
    await reserve(`${urn}:latest`, count(1));
    await reserve(`${urn}:!live`, count(2));
    const { reserved_instances, page_info } = await configs(`${urn}:latest`);
    expect(reserved_instances).toMatchObject([
      { qualifier_type: 'alias', qualifier_name: 'live', min_count: 2, tactics_config: { cron_configs: [] } },
      { qualifier_type: 'version', qualifier_name: 'latest', min_count: 1 },
    ]);
    expect(page_info).toEqual({ next_marker: 0, previous_marker: 0, current_count: 2 });
    const first = await configs(urn, '0', '1');
    expect([first.reserved_instances.length, first.page_info.next_marker]).toEqual([1, 1]);
    expect((await configs(urn, '1', '1')).reserved_instances).toMatchObject([{ qualifier_name: 'latest' }]);
    // the Terraform provider goes on by offset until a page is empty
    expect((await configs(urn, '2')).reserved_instances).toEqual([]);
    expect((await configs()).count).toBe(2);
    await server.client.deleteFunction(new sdk.DeleteFunctionRequest(urn));
    expect((await configs()).reserved_instances).toEqual([]);
  });

  it('are refused with the codes of the API', async () => {
    const urn = await create('reserved-wrong');
    await publish(urn, 'v1');
    await alias(urn, 'live', 'v1');
    await reserve(`${urn}:v1`, count(1));
    expect(await refusal(reserve(`${urn}:!live`, count(1)))).toEqual([400, 'FSS.1026']);
    expect(await refusal(reserve(urn, count(90)))).toEqual([400, 'FSS.1076']);
    expect(await refusal(reserve(urn, count(1001)))).toEqual([400, 'FSS.1026']);
    expect(await refusal(reserve(`${urn}:v9`, count(1)))).toEqual([404, 'FSS.1052']);
    expect(await refusal(reserve(`${urn}:!nope`, count(1)))).toEqual([404, 'FSS.1053']);
    expect(await refusal(reserve(`${urn}x`, count(1)))).toEqual([404, 'FSS.1051']);
    expect(await refusal(configs(urn, '-1'))).toEqual([400, 'FSS.0400']);
  });
});
