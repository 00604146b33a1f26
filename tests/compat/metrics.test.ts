import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, PATIENCE, project, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';
import { refusal } from './answers.ts';

const SOURCE = `
exports.handler = async (event, context) => {
  if (event.fail) throw new Error('asked to fail');
  if (event.wait) await new Promise((done) => setTimeout(done, event.wait));
  return 'fine';
};`;

interface Point {
  readonly timestamp: number;
  readonly value: number;
}
type Series = Readonly<Record<string, readonly Point[]>>;

let server: TestServer;
let urn: string;
const sum = (points: readonly Point[] | undefined): number => (points ?? []).reduce((all, { value }) => all + value, 0);
const most = (points: readonly Point[] | undefined): number => Math.max(...(points ?? []).map(({ value }) => value));
const statistics = async (of: string, period = '10'): Promise<Series> =>
  (await server.sdk.listFunctionStatistics(new sdk.ListFunctionStatisticsRequest(of, period))) as unknown as Series;

beforeAll(async () => {
  server = await TestServer.start({
    args: ['--quota-functions', '3', '--quota-aliases', '1', '--quota-environment', '40'],
  });
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'counted', runtime, files: { 'index.js': SOURCE } });
  await invoke(server, urn);
  await invoke(server, urn, { fail: true });
  // Long enough that a second instance is worth its start on the slowest machine.
  await Promise.all([invoke(server, urn, { wait: 6000 }), invoke(server, urn, { wait: 6000 })]);
});
afterAll(() => server?.stop());

describe('statistics by the official client', () => {
  it('count calls, failures, durations and what ran at once, minute by minute', async () => {
    const seen = await statistics(urn);
    expect(seen.count).toHaveLength(10);
    expect(seen.count?.every(({ timestamp }) => timestamp % 60_000 === 0)).toBe(true);
    expect(sum(seen.count)).toBe(4);
    expect(sum(seen.fail_count)).toBe(1);
    expect(sum(seen.function_error_count)).toBe(1);
    expect(sum(seen.system_error_count)).toBe(0);
    expect(sum(seen.reject_count)).toBe(0);
    expect(most(seen.max_duration)).toBeGreaterThanOrEqual(400);
    expect(most(seen.duration)).toBeLessThanOrEqual(most(seen.max_duration));
    expect(most(seen.concurrency_num)).toBe(2);
    expect(sum(seen.reserved_instance_num)).toBe(0);
  });

  it('distinguish a version from the function, and know the number of instances', async () => {
    expect(sum((await statistics(`${urn}:latest`)).count)).toBe(4);
    const request = new sdk.ShowFunctionMetricsRequest(urn, '10');
    const metrics = (await server.sdk.showFunctionMetrics(request)) as unknown as Series;
    expect(sum(metrics.count)).toBe(4);
    expect(most(metrics.instance_num)).toBeGreaterThanOrEqual(2);
    const reserved = new sdk.ShowFuncReservedInstanceMetricsRequest(urn);
    const instances = (await server.sdk.showFuncReservedInstanceMetrics(reserved)) as unknown as Series;
    expect(instances.instanceNum).toHaveLength(60);
    expect(sum(instances.reservedInstanceNum)).toBe(0);
  });

  it('refuse periods and functions that make no sense', async () => {
    for (const period of ['0', '-5', 'soon', '99999999']) {
      expect(await refusal(statistics(urn, period))).toEqual([400, 'FSS.0400']);
    }
    expect(await refusal(statistics(`${urn}x`))).toEqual([404, 'FSS.1051']);
    expect(await refusal(statistics(`${urn}:nothere`))).toEqual([404, 'FSS.1052']);
  });

  it('exist for all functions of the project, by minutes and by month', async () => {
    const filter = sdk.ListStatisticsRequestFilterEnum;
    const monitor = await server.sdk.listStatistics(
      new sdk.ListStatisticsRequest(filter.MONITOR_DATA as never).withPeriod('30'),
    );
    expect(sum((monitor.statistics as unknown as Series).count)).toBe(4);
    const monthly = new sdk.ListStatisticsRequest(filter.MONTHLY_REPORT as never).withOption('2');
    const months = await server.sdk.listStatistics(monthly);
    expect(months.count?.map(({ date }) => date)).toHaveLength(3);
    expect(months.count?.at(-1)).toEqual({ date: new Date().toISOString().slice(0, 7), value: 4 });
    expect(months.gbs?.at(-1)?.value).toBeGreaterThan(0.1);
  });

  it('name the functions that failed most', async () => {
    const report = await server.sdk.listFunctionAsMetric(new sdk.ListFunctionAsMetricRequest());
    expect(report.values).toEqual([{ key: urn, value: 1 }]);
    const slow = await server.sdk.listFunctionAsMetric(new sdk.ListFunctionAsMetricRequest().withType('maxDuration'));
    expect(slow.values?.[0]?.value).toBeGreaterThanOrEqual(400);
    const wrong = new sdk.ListFunctionAsMetricRequest().withType('colour');
    expect(await refusal(server.sdk.listFunctionAsMetric(wrong))).toEqual([400, 'FSS.0400']);
  });

  it('know what was counted before the server was killed', async () => {
    const before = sum((await statistics(urn)).count);
    await server.kill('SIGKILL');
    await server.restart();
    expect(sum((await statistics(urn)).count)).toBe(before);
    await invoke(server, urn);
    await expect.poll(async () => sum((await statistics(urn)).count), PATIENCE).toBe(before + 1);
  });
});

describe('quotas', () => {
  it('are those of the configuration, and are returned with their usage', async () => {
    const { quotas } = await server.sdk.listQuotas(new sdk.ListQuotasRequest());
    const of = (type: string) => quotas?.resources?.find((resource) => resource.type === type);
    expect(of('fgs_func_num')).toMatchObject({ quota: 3, used: 1 });
    expect(of('fgs_func_code_size')).toMatchObject({ quota: 10_240, used: 1, unit: 'MB' });
    expect(of('fgs_workflow_num')).toMatchObject({ quota: 400, used: 0 });
    expect(of('fgs_on_demand_instance_limit')).toMatchObject({ quota: 1000, used: 0 });
    expect(of('fgs_func_occurs')).toMatchObject({ quota: 100, used: 0 });
    const { data } = await server.api.call('listAllQuotas', { params: project(server) });
    const environment = data.quotas.find(({ name }) => name === 'environment');
    expect(environment).toMatchObject({ quota: 40, scope: 'function', setting: 'quota_environment' });
  });

  it('of aliases, variables and functions are enforced', async () => {
    const runtime = await runtimeOf(server, 'Node.js');
    const next = (name: string, userData = {}) =>
      deploy(server, { name, runtime, files: { 'index.js': SOURCE }, userData });
    await expect(next('wordy', { key: 'x'.repeat(40) })).rejects.toMatchObject({ code: 'FSS.1018' });
    await next('second');
    await next('third');
    await expect(next('fourth')).rejects.toMatchObject({ status: 403, code: 'FSS.1041' });
    const params = { ...project(server), function_urn: urn };
    for (const version of ['v1', 'v2']) {
      await server.api.call('updateFunctionConfig', {
        params,
        body: {
          func_name: 'counted',
          runtime,
          handler: 'index.handler',
          timeout: 10,
          memory_size: 128,
          description: version,
        },
      } as never);
      await server.api.call('createFunctionVersion', { params, body: { version } });
    }
    await server.api.call('createVersionAlias', { params, body: { name: 'one', version: 'v1' } });
    const second = server.api.call('createVersionAlias', { params, body: { name: 'two', version: 'v2' } });
    await expect(second).rejects.toMatchObject({ status: 403, code: 'FSS.1043' });
  });
});
