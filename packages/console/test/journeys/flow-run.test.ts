import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { deploy, project, runtimeOf } from '../../../../tests/functions.ts';
import { mostRowsScrolled } from '../frames.ts';
import { journey, look, type Platform } from '../journey.ts';

const CODE = `exports.handler = async (event, context) => {
  console.log('order', event.order);
  if (event.order === 13) throw new Error('thirteen <b>is</b> refused');
  return { ...event, seen: null };
};`;

/** A function with an error node, a loop of the same function, and a wait of an hour for slow orders. */
async function saveFlow(platform: Platform, name: string): Promise<string> {
  const files = { 'index.js': CODE };
  const urn = await deploy(platform, { name, files, runtime: await runtimeOf(platform, 'Node.js') });
  const step = { kind: 'function', function: urn, parameters: [] };
  const graph = {
    name,
    mode: 'NORMAL',
    merge_parameters: true,
    constants: {},
    triggers: [],
    nodes: [
      { id: 'start', name: '开始节点', kind: 'start' },
      { ...step, id: 'check', name: '检查订单' },
      { id: 'again', name: '异常处理', kind: 'error', retries: [{ interval_seconds: 1, max_retries: 1 }] },
      {
        id: 'rows',
        name: '每一行',
        kind: 'loop',
        array_path: '$.rows',
        item_name: 'row',
        result_path: '$.done',
        concurrency: 0,
        interval_seconds: 0,
      },
      { ...step, id: 'row', name: '处理一行', parent: 'rows' },
      { id: 'speed', name: '条件分支', kind: 'condition' },
      { id: 'hour', name: '时间等待', kind: 'wait', seconds: 3600 },
      { ...step, id: 'report', name: '汇报' },
      { id: 'end', name: '结束节点', kind: 'end' },
    ],
    edges: [
      { from: 'start', to: 'check' },
      { from: 'check', to: 'again' },
      { from: 'check', to: 'rows' },
      { from: 'rows', to: 'speed' },
      { from: 'speed', to: 'hour', branch: { kind: 'condition', expression: '$.slow == true' } },
      { from: 'speed', to: 'report', branch: { kind: 'default' } },
      { from: 'report', to: 'end' },
    ],
  };
  const { data } = await platform.api.call('createWorkflow', { params: project(platform), body: { graph } });
  return data.id;
}

const nodeOf = (page: Page, name: string) => page.getByRole('application').getByRole('group', { name });

journey(
  'a run is followed on its graph, stopped, and started again with another input',
  async ({ platform, visit }) => {
    const name = 'journey-run';
    const flow = await saveFlow(platform, name);
    const visitor = await visit();
    const { page } = visitor;
    await visitor.open(`/flows/${flow}`);
    await page.getByRole('navigation', { name: '函数流页签' }).getByRole('link', { name: '运行记录' }).click();
    await page.getByRole('heading', { name: '还没有运行记录' }).waitFor();
    await look(page, 'flow-runs-empty');

    const start = async (input: object) => {
      const dialog = page.getByRole('dialog', { name: `启动执行 ${name}` });
      await dialog.getByRole('textbox').fill(JSON.stringify(input));
      await dialog.getByRole('button', { name: '开始执行' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await page.getByRole('button', { name: '启动' }).first().click();
    await start({ order: 7, rows: [1, 2, 3], slow: true });

    // live, without a reload
    await nodeOf(page, '时间等待: 时间等待, 运行中').waitFor();
    await nodeOf(page, '函数: 检查订单, 成功').waitFor();
    await nodeOf(page, '结束节点: 结束节点, 未执行').waitFor();
    await nodeOf(page, '函数: 处理一行, 成功').getByText('3/3').waitFor();
    await page.getByRole('complementary', { name: '函数流的输入和输出' }).getByText('"slow": true').waitFor();
    await look(page, 'flow-run-live');

    // the iterations of a loop, with their input and output
    const timeline = page.getByRole('region', { name: '时间线' });
    await timeline.getByRole('button', { name: '处理一行#2' }).click();
    const panel = page.getByRole('complementary', { name: '处理一行 的输入和输出' });
    await panel.getByText('"row": 2').first().waitFor();
    await panel.getByRole('link', { name: `${name}:latest` }).waitFor();
    expect(new URL(page.url()).searchParams.get('node')).toBe('row');
    await look(page, 'flow-run-node');

    // the same as a table, by any of its columns
    await page.getByText('表格', { exact: true }).click();
    const table = page.getByRole('region', { name: '节点执行记录' });
    const nodesOf = () =>
      table
        .getByRole('row')
        .getByRole('button', { name: /检查订单|每一行|处理一行/ })
        .allTextContents();
    await expect.poll(nodesOf).toEqual(['检查订单', '每一行', '处理一行#1', '处理一行#2', '处理一行#3']);
    const headOf = (name: string) => table.getByRole('columnheader', { name });
    await headOf('节点').getByRole('button').press('Enter');
    await headOf('节点').getByRole('button').press('Enter');
    expect(await headOf('节点').getAttribute('aria-sort')).toBe('descending');
    await expect.poll(nodesOf).toEqual(['每一行', '检查订单', '处理一行#3', '处理一行#2', '处理一行#1']);
    expect(new URL(page.url()).searchParams.get('sort')).toBe('name.down');
    await table.getByRole('row', { name: /处理一行#3 函数 成功 .* 1 \d+ B \d+ B/ }).click();
    await panel.getByText('"row": 3').first().waitFor();
    await look(page, 'flow-run-table');
    await headOf('节点').getByRole('button').press('Enter');
    await expect.poll(nodesOf).toEqual(['检查订单', '每一行', '处理一行#1', '处理一行#2', '处理一行#3']);

    await page.getByRole('button', { name: '停止' }).click();
    await page.getByRole('dialog', { name: '停止运行' }).getByRole('button', { name: '确认' }).click();
    await nodeOf(page, '时间等待: 时间等待, 取消').waitFor();
    await page.getByText('节点日志', { exact: true }).click();
    await page.getByText('运行已取消').waitFor();

    // with the input of that run
    await page.getByRole('button', { name: '以相同输入启动' }).click();
    const input = page.getByRole('dialog', { name: `启动执行 ${name}` }).getByRole('textbox');
    expect(JSON.parse(await input.inputValue())).toEqual({ order: 7, rows: [1, 2, 3], slow: true });
    await start({ order: 13, rows: [] });
    await nodeOf(page, '函数: 检查订单, 失败').getByText('2 次尝试').waitFor();
    await page.getByText('检查订单：下次尝试时间').waitFor();
    await nodeOf(page, '函数: 检查订单').click();
    const failed = page.getByRole('complementary', { name: '检查订单 的输入和输出' });
    await failed.getByText('thirteen <b>is</b> refused').first().waitFor();
    await look(page, 'flow-run-failed');

    // what the function wrote, and its request
    await failed.getByText('order 13').waitFor();
    const request = failed.getByRole('link', { name: /^[0-9a-f-]{36}$/ });
    expect(await request.getAttribute('href')).toContain('tab=monitoring');

    // with the results before the node, and another input of it
    await failed.getByRole('button', { name: '从此节点重新运行' }).click();
    const fork = page.getByRole('dialog', { name: '从 检查订单 重新运行' });
    await fork.getByRole('textbox').fill('{"order": 14,');
    await fork.getByRole('button', { name: '开始执行' }).click();
    await fork.getByText('不是有效的 JSON').waitFor();
    await look(page, 'flow-run-fork');
    await fork.getByRole('textbox').fill('{"order": 14, "rows": []}');
    await fork.getByRole('button', { name: '开始执行' }).click();
    await page.getByText('从节点 check 继续，原记录').waitFor();
    await nodeOf(page, '结束节点: 结束节点, 成功').waitFor();
    await page.goBack();
    await nodeOf(page, '函数: 检查订单, 失败').waitFor();

    const before = new URL(page.url()).searchParams.get('run') ?? '';
    await page.getByRole('button', { name: '重试' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('run')).not.toBe(before);
    const list = page.getByRole('complementary', { name: '运行记录' });
    await expect.poll(() => list.getByRole('listitem').count()).toBe(4);

    // any run by its id
    await list.getByRole('searchbox', { name: '流程执行ID' }).fill(before);
    await page.keyboard.press('Enter');
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
    await page.getByRole('heading', { name: before }).waitFor();

    await page.getByRole('navigation', { name: '函数流页签' }).getByRole('link', { name: '指标' }).click();
    await page.getByRole('region', { name: '函数流调用次数' }).waitFor();
    await look(page, 'flow-metrics');
  },
);

/** The log of a run of which each element of a loop is handled at once. */
function longLog(count: number): string {
  const value = (json: unknown, bytes = 2) => ({ json, bytes });
  const start = {
    type: 'run_started',
    run: 'r',
    definition: 'd',
    input: value({}),
    merge: false,
    deadline: 1e15,
    depth: 0,
  };
  const loop = { first: 'row', concurrency: 0, item_name: 'row', result_path: ['done'], count };
  const bodies = [
    { ...start, first: 'rows' },
    { type: 'node_started', exec: 0, node: 'rows', kind: 'loop', ...loop },
    { type: 'loop_items', exec: 0, items: Array.from({ length: count }, (_, n) => value(n, n + 1)) },
    { type: 'iterations_started', exec: 0, count },
    ...Array.from({ length: count }, (_, n) => ({ type: 'node_started', exec: n + 1, node: 'row', kind: 'function' })),
  ];
  return bodies
    .map((body, at) => JSON.stringify({ seq: at, event: { v: 1, at: 1_700_000_000_000 + at, ...body } }))
    .join('\n');
}

journey(
  'the table of a run with ten thousand executions is sorted and scrolls smoothly',
  async ({ platform, visit }) => {
    const flow = await saveFlow(platform, 'journey-long-run');
    const params = { ...project(platform), workflow_id: flow };
    await platform.api.call('startWorkflowExecution', { params, body: { input: { order: 1, rows: [] } } });
    const visitor = await visit();
    const { page } = visitor;
    let answers = 0;
    await page.route(/\/events(\?|$)/, (route) => {
      answers += 1;
      // the rest is on its way
      if (answers > 1) return;
      return route.fulfill({ contentType: 'application/x-ndjson', body: `${longLog(10_000)}\n` });
    });
    await visitor.open(`/flows/${flow}/runs?view=table`);
    const table = page.getByRole('region', { name: '节点执行记录' });
    await table.getByRole('button', { name: '处理一行#1', exact: true }).waitFor();
    expect(await table.getByRole('table').getAttribute('aria-rowcount')).toBe('10002');
    expect(await mostRowsScrolled(table, 'tr')).toBeLessThan(60);
    await table.getByRole('button', { name: '开始' }).click();
    await table.getByRole('button', { name: '开始' }).click();
    await table.getByRole('button', { name: '处理一行#10000', exact: true }).click();
    await page.getByRole('complementary', { name: '处理一行 的输入和输出' }).waitFor();
  },
);

/** A sub-flow, whose input has the id of the callback, and a wait for the callback. */
async function saveApproval(platform: Platform, name: string): Promise<string> {
  const common = { mode: 'NORMAL', merge_parameters: true, constants: {}, triggers: [] };
  const save = async (graph: object) =>
    (await platform.api.call('createWorkflow', { params: project(platform), body: { graph: { ...common, ...graph } } }))
      .data;
  const child = await save({
    name: `${name}-child`,
    nodes: [
      { id: 'start', name: '开始节点', kind: 'start' },
      { id: 'rest', name: '休息', kind: 'wait', seconds: 0 },
    ],
    edges: [{ from: 'start', to: 'rest' }],
  });
  const { id } = await save({
    name,
    nodes: [
      { id: 'start', name: '开始节点', kind: 'start' },
      {
        id: 'ask',
        name: '询问',
        kind: 'subflow',
        flow: child.workflow_urn,
        wait: true,
        input_filter: { link: '$RUN.callback.decision' },
      },
      { id: 'decision', name: '等待审批', kind: 'wait', callback: {} },
      { id: 'end', name: '结束节点', kind: 'end' },
    ],
    edges: [
      { from: 'start', to: 'ask' },
      { from: 'ask', to: 'decision' },
      { from: 'decision', to: 'end' },
    ],
  });
  return id;
}

journey('a run leads to its sub-flow, waits for a callback, and gets its result', async ({ platform, visit }) => {
  const name = 'journey-approval';
  const flow = await saveApproval(platform, name);
  const params = { ...project(platform), workflow_id: flow };
  await platform.api.call('startWorkflowExecution', { params, body: { input: { amount: 5 } } });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/flows/${flow}/runs`);
  await nodeOf(page, '子流程: 询问, 成功').click();
  const details = page.getByRole('complementary', { name: '询问 的输入和输出' });
  const child = details.locator('dd').getByRole('link');
  expect(await child.getAttribute('href')).toMatch(/\/flows\/[^/]+\/runs\?run=/);
  await child.click();
  await nodeOf(page, '时间等待: 休息, 成功').waitFor();
  await page.getByRole('heading', { name: `${name}-child` }).waitFor();
  await page.goBack();

  // long waits take little room
  const fold = page.getByRole('switch', { name: '折叠空闲时间' });
  await fold.waitFor();
  expect(await fold.getAttribute('aria-checked')).toBe('true');
  await look(page, 'flow-run-folded');
  await fold.click();
  await expect.poll(() => new URL(page.url()).searchParams.get('folded')).toBe('false');
  await fold.click();

  const waiting = nodeOf(page, '时间等待: 等待审批, 运行中');
  await waiting.click();
  await page.getByRole('button', { name: '结束等待' }).click();
  const dialog = page.getByRole('dialog', { name: '结束等待 等待审批' });
  await dialog.getByText('已从本次运行的输入输出中找到。').waitFor();
  const id = dialog.getByRole('textbox', { name: '回调ID' });
  const found = await id.inputValue();
  await id.fill(`${found.slice(0, -1)}${found.endsWith('A') ? 'B' : 'A'}`);
  await dialog.getByRole('textbox', { name: '输出 (JSON)' }).fill('[1]');
  await dialog.getByRole('button', { name: '确定' }).click();
  await dialog.getByText('请输入 JSON 对象').waitFor();
  await dialog.getByRole('textbox', { name: '输出 (JSON)' }).fill('{"approved": true}');
  visitor.expectComplaint(/403/);
  await dialog.getByRole('button', { name: '确定' }).click();
  await dialog.getByText('本次运行没有等待使用此ID的回调').waitFor();
  await look(page, 'flow-run-callback');
  await id.fill(found);
  await dialog.getByRole('button', { name: '确定' }).click();
  await nodeOf(page, '时间等待: 等待审批, 成功').waitFor();
  const panel = page.getByRole('complementary', { name: '等待审批 的输入和输出' });
  await panel.getByRole('region', { name: '输出' }).getByText('"approved": true').waitFor();

  // a second run, which is refused
  await page.getByRole('button', { name: '以相同输入启动' }).click();
  const start = page.getByRole('dialog', { name: `启动执行 ${name}` });
  await start.getByRole('textbox').fill('{"amount": 6}');
  await start.getByRole('button', { name: '开始执行' }).click();
  await waiting.click();
  await page.getByRole('button', { name: '结束等待' }).click();
  await dialog.getByText('失败，返回原因').click();
  await dialog.getByRole('textbox', { name: '失败原因' }).fill('not <b>approved</b>');
  await dialog.getByRole('button', { name: '确定' }).click();
  await nodeOf(page, '时间等待: 等待审批, 失败').waitFor();
  await panel.getByText('not <b>approved</b>').waitFor();

  // with the run before it
  await page.getByRole('button', { name: '对比' }).click();
  const comparison = page.getByRole('dialog', { name: '对比运行记录' });
  const whole = comparison.getByRole('region', { name: '整个函数流' });
  await whole.getByText(/^存在差异：状态、输入、/).waitFor();
  await whole.getByRole('row', { name: '$.amount 6 5' }).waitFor();
  const nodes = comparison.getByRole('region', { name: '节点' });
  const row = nodes.getByRole('row', { name: /等待审批.*失败.*成功.*状态/ });
  await row.waitFor();
  await nodes.getByRole('row', { name: /询问/ }).getByRole('button').click();
  await nodes
    .getByRole('table', { name: '输入' })
    .getByRole('row', { name: /\$\.link/ })
    .waitFor();
  await look(page, 'flow-run-compared');
  const before = new URL(page.url()).searchParams.get('with');
  expect(before).toMatch(/^[\w-]+$/);
  await comparison.getByRole('button', { name: '关闭', exact: true }).click();
  await comparison.waitFor({ state: 'detached' });
});

journey('an express flow has log lines in place of runs', async ({ platform, visit }) => {
  const graph = {
    name: 'journey-express',
    mode: 'EXPRESS',
    log_level: 'ALL',
    merge_parameters: false,
    constants: {},
    triggers: [],
    nodes: [
      { id: 'start', name: '开始节点', kind: 'start' },
      { id: 'rest', name: '休息', kind: 'wait', seconds: 0 },
    ],
    edges: [{ from: 'start', to: 'rest' }],
  };
  const { data: saved } = await platform.api.call('createWorkflow', { params: project(platform), body: { graph } });
  const params = { ...project(platform), workflow_id: saved.id };
  const { data: run } = await platform.api.call('startSyncWorkflowExecution', {
    params,
    body: { input: { text: '<img src=x onerror=alert(1)>' } },
  });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/flows/${saved.id}`);
  const tabs = page.getByRole('navigation', { name: '函数流页签' });
  await expect.poll(() => tabs.getByRole('link').allTextContents()).toEqual(['函数流', '日志', '指标']);
  await tabs.getByRole('link', { name: '日志' }).click();
  const log = page.getByRole('region', { name: '函数流日志' });
  await log.getByText('<img src=x').first().waitFor();
  await look(page, 'flow-logs');
  await log
    .getByRole('button', { name: /的完整日志$/ })
    .first()
    .click();
  await log.getByRole('button', { name: run.execution_id }).click();
  await page.getByRole('button', { name: `流程执行 ${run.execution_id}` }).waitFor();
});
