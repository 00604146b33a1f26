import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { deploy, project, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const SHORT_FLOW = `
mode: NORMAL
merge_parameters: false
constants: {}
triggers: []
nodes:
  - { id: start, name: 开始节点, kind: start }
  - { id: pause, name: 稍等, kind: wait, seconds: 5 }
edges:
  - { from: start, to: pause }
`;

const STEPS = Array.from({ length: 15 }, (_, at) => at + 1);
const LONG_FLOW = `
mode: NORMAL
merge_parameters: false
constants: {}
triggers: []
nodes:
  - { id: step-0, name: 开始节点, kind: start }
${STEPS.map((at) => `  - { id: step-${at}, name: 第 ${at} 步, kind: wait, seconds: 5 }`).join('\n')}
edges:
${STEPS.map((at) => `  - { from: step-${at - 1}, to: step-${at} }`).join('\n')}
`;

const nodeOf = (page: Page, name: string) => page.getByRole('application').getByRole('group', { name });
const componentOf = (page: Page, name: string) =>
  page.getByRole('complementary', { name: '组件' }).getByRole('button', { name });

/** Draws with the mouse, from the lower handle of a node to the upper one of another. */
async function drawLine(page: Page, from: string, to: string): Promise<void> {
  const target = nodeOf(page, to).locator('.react-flow__handle-top');
  await nodeOf(page, from).locator('.react-flow__handle-bottom').dragTo(target);
}

journey('an express flow is drawn by keyboard and mouse, saved, run and deleted', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/flows');
  await page.getByRole('button', { name: '创建标准函数流' }).first().waitFor();
  await page.getByRole('button', { name: '创建快速函数流' }).first().click();
  await page.getByRole('heading', { name: '新建函数流' }).waitFor();
  await page.getByText('快速模式', { exact: true }).waitFor();
  for (const name of ['函数', '结束节点', '子流程', '并行分支', '条件分支', '异常处理', '循环节点', '服务节点']) {
    await componentOf(page, name).first().waitFor();
  }

  // by keyboard: behind the selected node
  await nodeOf(page, '开始节点').press('Enter');
  await componentOf(page, '时间等待').press('Enter');
  await nodeOf(page, '时间等待 1').waitFor();
  const form = page.getByRole('complementary', { name: '节点配置' });
  const seconds = form.getByRole('spinbutton', { name: '延迟时间' });
  expect(await seconds.inputValue()).toBe('1000');
  const save = page.getByRole('button', { name: '保存', exact: true });
  expect(await save.isDisabled()).toBe(true);
  // a problem leads to its node
  await nodeOf(page, '开始节点').press('Enter');
  await seconds.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /快速函数流中最多等待 300 秒。 X-25$/ }).click();
  await seconds.waitFor();
  await look(page, 'flow-editor-problems');
  await seconds.fill('0');
  await page.keyboard.press('Tab');
  await page.getByText('未保存', { exact: true }).waitFor();

  // by mouse: dropped onto the canvas, then joined by a line
  await componentOf(page, '时间等待').dragTo(page.getByRole('application'), { targetPosition: { x: 80, y: 330 } });
  await page.getByText('无法从开始节点到达该节点。').waitFor();
  await seconds.fill('0');
  await drawLine(page, '时间等待 1', '时间等待 2');
  const line = page.getByRole('button', { name: '在 时间等待 1 和 时间等待 2 之间插入节点' });
  await line.waitFor();
  await drawLine(page, '时间等待 2', '时间等待 1');
  await page.getByText('该连线形成了环。').waitFor();
  await look(page, 'flow-editor-drawn');
  await line.click();
  await page.getByRole('menuitem', { name: '时间等待' }).click();
  await nodeOf(page, '时间等待 3').waitFor();
  await line.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '撤销' }).click();
  await line.waitFor();
  const selected = page.locator('.react-flow__node.selected');
  await nodeOf(page, '时间等待 1').click();
  await nodeOf(page, '时间等待 2').click({ modifiers: ['Shift'] });
  await expect.poll(() => selected.count()).toBe(2);

  const boxOf = async (name: string) => (await nodeOf(page, name).boundingBox()) ?? { x: 0, y: 0 };
  const isColumn = async () => {
    const [start, first, second] = await Promise.all(['开始节点', '时间等待 1', '时间等待 2'].map(boxOf));
    return start?.x === second?.x && (first?.y ?? 0) > (start?.y ?? 0) && (second?.y ?? 0) > (first?.y ?? 0);
  };
  expect(await isColumn()).toBe(false);
  // those selected are laid out anew in a column, and the first node stays
  const start = await boxOf('开始节点');
  await look(page, 'flow-editor-selected');
  await page.getByRole('button', { name: '布局所选的 2 个节点' }).click();
  await expect.poll(async () => (await boxOf('时间等待 1')).x - (await boxOf('时间等待 2')).x).toBe(0);
  expect(await boxOf('开始节点')).toEqual(start);
  expect(await isColumn()).toBe(false);
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByRole('application').click({ position: { x: 20, y: 200 } });
  await expect.poll(() => selected.count()).toBe(0);
  await page.getByRole('button', { name: '自动布局' }).click();
  await expect.poll(isColumn).toBe(true);

  // found by name, out of sight; locked
  const inSight = async () => (await boxOf('时间等待 1')).y > 0;
  await page.getByRole('combobox', { name: '查找节点' }).fill('等待 1');
  await page.getByTitle('时间等待 1', { exact: true }).click();
  await expect.poll(() => form.getByRole('textbox', { name: '名称' }).inputValue()).toBe('时间等待 1');
  expect(await inSight()).toBe(true);
  await page.getByRole('button', { name: '锁定画布' }).click();
  await expect.poll(() => page.locator('.react-flow__node.draggable').count()).toBe(0);
  await page.getByRole('button', { name: '锁定画布' }).click();
  await page.getByRole('searchbox', { name: '搜索组件' }).fill('循环');
  await componentOf(page, '函数').waitFor({ state: 'detached' });
  await componentOf(page, '循环节点').waitFor();
  await page.getByRole('searchbox', { name: '搜索组件' }).fill('');
  await nodeOf(page, '时间等待 2').press('Enter');

  await form.getByRole('textbox', { name: '名称' }).fill('休息');
  await nodeOf(page, '休息').waitFor();
  await page.getByRole('button', { name: '撤销' }).click();
  await nodeOf(page, '时间等待 2').waitFor();
  await page.getByRole('button', { name: '重做' }).click();
  await nodeOf(page, '休息').waitFor();

  await save.click();
  const saving = page.getByRole('dialog', { name: '保存函数流' });
  await saving.getByRole('textbox', { name: '名称' }).fill('not a name');
  await saving.getByRole('button', { name: '确定' }).click();
  await saving.getByText('1 到 64 个字符').waitFor();
  await look(page, 'flow-editor-save');
  await saving.getByRole('textbox', { name: '名称' }).fill('journey-drawn');
  await saving.getByRole('button', { name: '确定' }).click();
  await page.getByText('保存函数流 journey-drawn 成功').waitFor();
  await page.waitForURL(/\/console\/flows\/[0-9a-f-]{36}/);
  await nodeOf(page, '休息').waitFor();
  await page.getByText('已保存', { exact: true }).waitFor();

  await page.getByRole('button', { name: '启动' }).click();
  const starting = page.getByRole('dialog', { name: '启动执行 journey-drawn' });
  const input = starting.getByRole('textbox', { name: '输入值 (JSON)' });
  await input.fill('[7]');
  await starting.getByText('输入值必须是 JSON 对象').waitFor();
  await input.fill('{"order": 7}');
  await starting.getByRole('button', { name: '开始执行' }).click();
  await starting.getByText('成功', { exact: true }).waitFor();
  expect(JSON.parse((await starting.locator('pre').textContent()) ?? '')).toEqual({ order: 7 });
  await look(page, 'flow-run-result');
  await page.keyboard.press('Escape');

  await nodeOf(page, '休息').click();
  await form.getByRole('textbox', { name: '名称' }).fill('停留');
  await page.getByRole('navigation').first().getByRole('link', { name: '函数流' }).click();
  const leaving = page.getByRole('dialog', { name: '是否离开而不保存？' });
  await leaving.getByRole('button', { name: '取消' }).click();
  // another person saves meanwhile
  const [, id = ''] = /flows\/([0-9a-f-]{36})/.exec(page.url()) ?? [];
  const params = { ...project(platform), workflow_id: id };
  const { graph } = (await platform.api.call('showWorkFlow', { params })).data;
  await platform.api.call('updateWorkFlow', { params, body: { graph: { ...graph, description: 'theirs' } } });
  await page.keyboard.press('Control+s');
  const conflict = page.getByRole('dialog', { name: '已保存的函数流更新' });
  await conflict.getByText('继续保存将覆盖该定义').waitFor();
  await conflict.getByRole('button', { name: '确认' }).click();
  await page.getByText('已保存', { exact: true }).waitFor();

  await page.getByRole('main').getByRole('link', { name: '全部函数流' }).click();
  const search = page.getByPlaceholder('按函数流名称搜索');
  await search.fill('journey-dr');
  await search.press('Enter');
  const row = page.getByRole('row', { name: 'journey-drawn' });
  await row.getByText('快速模式').waitFor();
  await look(page, 'flows');
  await row.getByRole('button', { name: '删除' }).click();
  const deleting = page.getByRole('dialog', { name: '删除函数流' });
  await deleting.getByRole('textbox').fill('journey-drawn');
  await look(page, 'flow-delete');
  await deleting.getByRole('button', { name: '确认' }).click();
  await page.getByText('删除函数流 journey-drawn 成功').waitFor();
  await row.waitFor({ state: 'detached' });
});

journey('a flow gets a timer and a route of the gateway in its start node', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/flows/new');
  await nodeOf(page, '开始节点').press('Enter');
  await componentOf(page, '时间等待').click();
  await nodeOf(page, '开始节点').press('Enter');
  const form = page.getByRole('complementary', { name: '节点配置' });
  await form.getByText('没有触发器').waitFor();

  await form.getByRole('button', { name: '创建触发器' }).click();
  const dialog = page.getByRole('dialog', { name: '创建触发器' });
  const create = dialog.getByRole('button', { name: '确定' });
  await dialog.getByRole('textbox', { name: '定时器名称' }).fill('nightly');
  const extra = dialog.getByRole('textbox', { name: '附加信息' });
  await extra.fill('{"mode": "full"}');
  await create.click();
  await dialog.getByText('附加信息格式不正确').waitFor();
  await look(page, 'flow-trigger-refused');
  await extra.fill('{"input": {"mode": "full"}}');
  await create.click();
  await form.getByText('每天 08:00').waitFor();

  await form.getByRole('button', { name: '创建触发器' }).click();
  await dialog.getByRole('combobox', { name: '触发器类型' }).press('Enter');
  await page.getByTitle('API网关服务（APIG共享版）').click();
  await dialog.getByRole('textbox', { name: 'API名称' }).fill('orders');
  await dialog.getByRole('textbox', { name: '路径' }).fill('/journey-orders');
  await create.click();
  await form.getByRole('switch', { name: '启用触发器 orders' }).click();
  await look(page, 'flow-triggers');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const saving = page.getByRole('dialog', { name: '保存函数流' });
  await saving.getByRole('textbox', { name: '名称' }).fill('journey-started');
  await saving.getByRole('button', { name: '确定' }).click();
  await page.getByText('保存函数流 journey-started 成功').waitFor();
  const exported = await platform.fgs(['flows', 'export', 'journey-started']);
  expect(parse(exported.stdout.toString()).triggers).toMatchObject([
    { trigger_name: 'nightly', trigger_type: 'FLOWTIMER', trigger_config: { user_event: { input: { mode: 'full' } } } },
    { trigger_name: 'orders', trigger_type: 'APIG', enabled: false, trigger_config: { path: '/journey-orders' } },
  ]);
  await nodeOf(page, '开始节点').press('Enter');
  await form.getByRole('button', { name: '删除触发器 nightly' }).click();
  await form.getByText('每天 08:00').waitFor({ state: 'detached' });
});

journey('each component of a flow has a form of its own', async ({ platform, visit }) => {
  const name = 'journey-step';
  const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
  await deploy(platform, { name, files, runtime: await runtimeOf(platform, 'Node.js') });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/flows/new');
  const form = page.getByRole('complementary', { name: '节点配置' });
  const field = (label: string) => form.getByRole('textbox', { name: label });
  const choose = async (label: string, option: string) => {
    await form.getByRole('combobox', { name: label }).press('Enter');
    await page.getByTitle(option, { exact: true }).click();
  };

  await nodeOf(page, '开始节点').press('Enter');
  await componentOf(page, '函数').click();
  await choose('函数和版本', `default / ${name}`);
  await form.getByRole('button', { name: '添加参数' }).click();
  await field('Key').fill('order');
  await field('Value').first().fill('$.order');
  await field('输入过滤表达式(JSONPath)').fill('$.body');
  await look(page, 'flow-form-function');

  await componentOf(page, '异常处理').click();
  await form.getByRole('button', { name: '添加重试' }).click();
  await field('重试条件(JSONPath)').fill('$.status == 500');
  await form.getByRole('spinbutton', { name: '最大重试次数' }).fill('8');

  await nodeOf(page, '函数 1').press('Enter');
  await componentOf(page, '条件分支').click();
  await componentOf(page, '时间等待').click();
  await componentOf(page, '结束节点').click();
  await form.getByText('后续节点').waitFor({ state: 'detached' });
  await nodeOf(page, '条件分支 1').press('Enter');
  // tried on sample data
  await form.getByRole('button', { name: '表达式试算' }).click();
  await form.getByRole('textbox', { name: '示例数据 (JSON)' }).fill('{"age": 20, "name": "<b>Ann</b>"}');
  await field('到 时间等待 1 的表达式').fill('$.age >=');
  await form.getByText('此处需要数字、单引号文本').first().waitFor();
  await field('到 时间等待 1 的表达式').fill('$.age >= 20');
  await form.getByText('true', { exact: true }).waitFor();
  await field('输入过滤表达式(JSONPath)').fill('{"who": "$.name"}');
  await form.getByText('{"who":"<b>Ann</b>"}').waitFor();
  await look(page, 'flow-form-sample');
  // paths to the values of the sample, put where the text is
  await field('输入过滤表达式(JSONPath)').fill('');
  await form.getByRole('combobox', { name: '插入值：输入过滤表达式(JSONPath)' }).click();
  await page.keyboard.type('ann');
  await page.locator('.path-option').getByText('$.name').waitFor();
  await look(page, 'flow-form-paths');
  await page.keyboard.press('Enter');
  await expect.poll(() => field('输入过滤表达式(JSONPath)').inputValue()).toBe('$.name');
  await field('输入过滤表达式(JSONPath)').fill('');
  await choose('到 时间等待 1 的分支类型', '默认分支');
  await look(page, 'flow-form-condition');

  await componentOf(page, '循环节点').click();
  await field('遍历数组路径(JSONPath)').fill('$.rows');
  await form.getByRole('button', { name: '+ 时间等待' }).click();
  await form.getByRole('spinbutton', { name: '延迟时间' }).fill('2');
  await page.keyboard.press('Tab');
  await look(page, 'flow-form-loop');

  await nodeOf(page, '条件分支 1').press('Enter');
  await componentOf(page, '并行分支').click();
  await choose('分支执行完成条件', '指定数目分支执行完成');
  await form.getByRole('spinbutton', { name: '指定分支执行完成数目' }).fill('2');
  await componentOf(page, '子流程').click();
  await form.getByRole('switch', { name: '是否等待子流程完成' }).click();
  await nodeOf(page, '并行分支 1').press('Enter');
  await form.getByRole('combobox', { name: '分支执行完成条件' }).press('Enter');
  await expect.poll(() => page.getByRole('option').count()).toBe(1);
  await page.getByTitle('一个分支执行完成', { exact: true }).click();
  await nodeOf(page, '子流程 1').press('Enter');
  await componentOf(page, '服务节点').click();
  await choose('执行模式', '并行');

  await page.getByRole('button', { name: 'JSON/YAML 定义' }).click();
  const definition = page.getByRole('dialog', { name: 'JSON/YAML 定义' });
  const text = definition.getByRole('textbox');
  const { nodes, edges } = JSON.parse(await text.inputValue());
  const drawn = Object.fromEntries(nodes.map((node: { id: string }) => [node.id, node]));
  expect(drawn).toMatchObject({
    'function-1': {
      function: expect.stringMatching(/:function:default:journey-step:latest$/),
      parameters: [{ key: 'order', value: '$.order' }],
      input_filter: '$.body',
    },
    'error-1': { retries: [{ condition: '$.status == 500', interval_seconds: 1, max_retries: 8 }] },
    'loop-1': { array_path: '$.rows', item_name: 'item' },
    'wait-2': { seconds: 2, parent: 'loop-1' },
    'parallel-1': { completion: 'one', result_path: 'result' },
    'subflow-1': { wait: false },
    'service-1': { action_mode: 'parallel' },
  });
  expect(edges).toContainEqual({ from: 'condition-1', to: 'wait-1', branch: { kind: 'default' } });

  // as YAML, changed there
  await definition.getByText('YAML', { exact: true }).click();
  await expect.poll(() => text.inputValue()).toContain('array_path: $.rows');
  await look(page, 'flow-definition-yaml');
  await text.fill('nodes: [');
  await definition.getByText('不是有效的函数流定义').waitFor();
  await text.fill(SHORT_FLOW);
  await definition.getByRole('button', { name: '应用' }).click();
  await nodeOf(page, '稍等').press('Enter');
  await expect.poll(() => form.getByRole('spinbutton', { name: '延迟时间' }).inputValue()).toBe('5');

  // a large one, as a whole and on a small map
  await page.getByRole('button', { name: 'JSON/YAML 定义' }).click();
  await definition.getByText('YAML', { exact: true }).click();
  await text.fill(LONG_FLOW);
  await definition.getByRole('button', { name: '应用' }).click();
  await page.getByRole('img', { name: '缩略图' }).waitFor();
  const last = nodeOf(page, '第 15 步');
  const isInSight = async () => {
    const [canvas, box] = await Promise.all([page.getByRole('application').boundingBox(), last.boundingBox()]);
    return canvas !== null && box !== null && box.y + box.height <= canvas.y + canvas.height;
  };
  await expect.poll(isInSight).toBe(true);
  const zoomIn = page.getByRole('button', { name: '放大' });
  for (let clicks = 0; clicks < 5; clicks += 1) await zoomIn.click();
  await expect.poll(isInSight).toBe(false);
  await page.getByRole('button', { name: '适应画布' }).click();
  await expect.poll(isInSight).toBe(true);
});
