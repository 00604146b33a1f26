import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { deploy, invoke, PATIENCE, project, runtimeOf } from '../../../../tests/functions.ts';
import { mostRowsScrolled } from '../frames.ts';
import { journey, look } from '../journey.ts';

const HOSTILE = [
  '<img src=x onerror="document.title=1">',
  '\u001b[31mred\u001b[0m bell\u0007 \u202eback',
  '{"cost":{"amount":7}}',
];
const CODE = `exports.handler = async (event, context) => {
  const log = context.getLogger();
  for (const line of ${JSON.stringify(HOSTILE)}) log.info(line);
  log.info('x'.repeat(50000));
  if (event.fail) throw new Error('no');
  return 1;
};`;

const CHANGES = [
  {
    id: '2',
    time: '2027-01-01T12:05:00.000Z',
    previous_state: 'alarm',
    state: 'ok',
    value: 12.5,
    notices: [{ topic_urn: 'urn:smn:r:p:journey-ops', message_id: '', error: 'the topic was deleted' }],
  },
  {
    id: '1',
    time: '2027-01-01T12:00:00.000Z',
    previous_state: 'no_data',
    state: 'alarm',
    value: 900,
    notices: [{ topic_urn: 'urn:smn:r:p:journey-ops', message_id: 'm', error: '' }],
  },
];

const FLOOD = Array.from({ length: 10_000 }, (_, n) => {
  const level = n % 10 === 0 ? 'ERROR' : 'INFO';
  const time = new Date(Date.parse('2027-01-01T00:00:00Z') + n).toISOString();
  return `${JSON.stringify({ time, level, request_id: 'r', instance_id: 'i', version: 'latest', message: `line ${n}` })}\n`;
}).join('');

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

journey(
  'metrics, requests and log lines of a function are read, and hostile lines are text',
  async ({ platform, visit }) => {
    const name = 'journey-watched';
    const urn = await deploy(platform, {
      name,
      files: { 'index.js': CODE },
      runtime: await runtimeOf(platform, 'Node.js'),
    });
    for (const fail of [false, true]) expect((await invoke(platform, urn, { fail })).isError).toBe(fail);

    const visitor = await visit();
    const { page } = visitor;
    await visitor.open(`/functions/${name}`);
    await page.getByRole('tab', { name: '监控' }).click();
    const calls = page.getByRole('region', { name: '调用次数', exact: true });
    await calls.waitFor();
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: '刷新', exact: true }).click();
        return calls.textContent();
      }, PATIENCE)
      .toMatch(/^调用次数2次/);
    await page.getByRole('img', { name: '错误次数: 1 次' }).waitFor();
    for (const title of ['运行时间', '被拒绝次数', '资源统计'])
      await page.getByRole('region', { name: title, exact: true }).waitFor();
    await page.getByRole('img', { name: /^运行时间分位数: [\d.]+ 毫秒（P99）$/ }).waitFor();
    await look(page, 'monitoring-metrics');

    await page.getByText('最近1天').click();
    await page.getByTitle('15分钟', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: '统计粒度' }).press('Enter');
    await page.getByTitle('5分钟', { exact: true }).click();
    await page.waitForURL(/range=1d.*step=/);
    await page.getByText('自定义').click();
    await page.getByLabel('开始时间').fill(`${daysAgo(9)}T00:00`);
    await page.getByLabel('结束时间').fill(`${daysAgo(8)}T00:00`);
    await page.waitForURL(new RegExp(`from=${daysAgo(9)}T00.*to=${daysAgo(8)}T00`));
    await calls.getByText('该时间段内没有数据').waitFor();
    await look(page, 'monitoring-no-metrics');

    await page.getByText('请求列表').click();
    await page.getByText('该时间段内没有请求').waitFor();
    await page.getByText('最近1小时').click();
    const rows = page.getByRole('row', { name: /执行(成功|失败)/ });
    await expect.poll(() => rows.count(), PATIENCE).toBe(2);
    await look(page, 'monitoring-requests');
    await page.getByRole('combobox', { name: '原因分析' }).press('Enter');
    for (const cause of ['初始化失败', '加载失败', '系统错误', '调用超时', '内存超限', '磁盘超限', '代码异常'])
      await page.getByTitle(cause, { exact: true }).waitFor();
    await page.getByTitle('代码异常', { exact: true }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.textContent()).toMatch(/执行失败代码异常[\d.]+[\d.]+ [KM]B \/ 128 MBlatest热启动$/);
    expect(page.url()).toMatch(/cause=code/);

    await rows.getByRole('button').click();
    const request = page.getByRole('dialog', { name: '请求详情' });
    const lines = request.getByRole('region', { name: '请求的日志' });
    await lines.getByText('<img src=x onerror').waitFor();
    await lines.getByText('\\x1b[31mred\\x1b[0m bell\\x07 \\u{202e}back').waitFor();
    await lines.getByText(/… 还有 \d+ 个字符/).waitFor();
    await lines
      .getByRole('listitem')
      .filter({ hasText: '"cost"' })
      .getByRole('button', { name: /完整日志/ })
      .click();
    await lines.getByText(/"cost": \{\n {4}"amount": 7/).waitFor();
    expect(await page.title()).toContain(name);
    await look(page, 'monitoring-request');
    await page.reload();
    await request.getByText('代码异常').waitFor();
    await request.getByRole('button', { name: '关闭' }).click();

    await page.getByText('请求日志').click();
    const log = page.getByRole('region', { name: '请求日志' });
    const keyword = page.getByRole('searchbox', { name: '关键字' });
    await keyword.fill('RED');
    await keyword.press('Enter');
    await expect.poll(() => log.getByRole('listitem').count()).toBe(2);
    expect(await log.locator('mark').first().textContent()).toBe('red');
    await look(page, 'monitoring-logs');
    await page.getByRole('button', { name: '下载' }).click();
    const file = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: '文本' }).click();
    expect((await file).suggestedFilename()).toBe(`${name}.log.txt`);
    await page.getByRole('button', { name: '下载' }).click();
    const asJson = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'JSON（每行一条）' }).click();
    const saved = await text(await (await asJson).createReadStream());
    const stored = saved.trimEnd().split('\n');
    expect(stored.map((line) => JSON.parse(line).message)).toEqual([HOSTILE[1], HOSTILE[1]]);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await log.getByRole('listitem').first().hover();
    await log.getByRole('button', { name: '复制该行' }).first().click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('red');
    await log
      .getByRole('button', { name: /完整日志/ })
      .first()
      .click();
    const instance = /实例ID (\S+)/.exec((await log.getByRole('listitem').first().textContent()) ?? '')?.[1] ?? '';
    await page.getByRole('searchbox', { name: '实例ID' }).fill('i-0');
    await page.getByRole('searchbox', { name: '实例ID' }).press('Enter');
    await log.getByText(/没有(日志|符合筛选条件的日志)/).waitFor();
    await page.getByRole('searchbox', { name: '实例ID' }).fill(instance);
    await page.getByRole('searchbox', { name: '实例ID' }).press('Enter');
    await expect.poll(() => log.getByRole('listitem').count()).toBe(2);
    // the opened line is open still
    await log.getByRole('button', { name: /^[0-9a-f-]{36}$/ }).click();
    await request.getByText('执行失败').waitFor();
    await request.getByRole('button', { name: '关闭' }).click();

    await page.getByText('请求列表').click();
    visitor.expectComplaint(/404/);
    await page.getByRole('searchbox').fill('no-such-request');
    await page.getByRole('searchbox').press('Enter');
    await page.getByText('没有匹配的结果').waitFor();
  },
);

journey(
  'alarm rules are made from a chart or the list, changed, switched off and deleted',
  async ({ platform, visit }) => {
    const name = 'journey-alarmed';
    const files = { 'index.js': 'exports.handler = async (event, context) => 1;' };
    const urn = await deploy(platform, { name, files, runtime: await runtimeOf(platform, 'Node.js') });
    expect((await platform.fgs(['versions', 'publish', name, '--name', 'v1'])).exitCode).toBe(0);
    expect((await platform.fgs(['topics', 'create', 'journey-ops'])).exitCode).toBe(0);

    const visitor = await visit();
    const { page } = visitor;
    const list = /\/v1\/\w+\/alarms/;
    await page.route(list, (route) => route.fulfill({ json: { alarms: [], next_marker: '' } }));
    await visitor.open('/alarms');
    await page.getByRole('heading', { name: '还没有告警规则' }).waitFor();
    await look(page, 'alarms-empty');
    await page.unroute(list);

    await page.getByRole('button', { name: '创建告警规则' }).first().click();
    const dialog = page.getByRole('dialog', { name: '创建告警规则' });
    await dialog.getByRole('button', { name: '下一步' }).click();
    await dialog.getByText('请选择监控对象').waitFor();
    await dialog.getByText('请输入不小于 0 的数').waitFor();
    await dialog.getByLabel('函数或函数流').fill(name);
    await page.getByTitle(`${name} · 函数`).click();
    await dialog.getByLabel('监控指标').press('Enter');
    for (const metric of ['调用次数', '错误次数', '被拒绝次数', '平均运行时间', '最大运行时间', '最小运行时间'])
      await page.getByTitle(metric, { exact: true }).last().waitFor();
    await page.getByTitle('最大运行时间', { exact: true }).last().click();
    await dialog.getByLabel('阈值').fill('800');
    await look(page, 'alarms-condition');
    await dialog.getByRole('button', { name: '下一步' }).click();
    await dialog.getByLabel('告警规则名称').fill('journey-slow');
    await dialog.getByLabel('接收通知的消息主题').press('Enter');
    await page.getByTitle('journey-ops', { exact: true }).click();
    await page.keyboard.press('Escape');
    await look(page, 'alarms-name');
    await dialog.getByRole('button', { name: /确.?定/ }).click();
    await page.getByText('创建告警规则 journey-slow 成功').waitFor();

    const row = page.getByRole('row', { name: /journey-slow/ });
    await row.getByText('最大运行时间 最大值 >= 800 ms').waitFor();
    await row.getByRole('button', { name: '停用' }).click();
    await row.getByText('已停用').waitFor();
    await row.getByRole('button', { name: '启用' }).click();
    await row.getByText('数据不足').waitFor();
    await look(page, 'alarms');

    await row.getByRole('button', { name: '编辑' }).click();
    const edit = page.getByRole('dialog', { name: '编辑告警规则 journey-slow' });
    await edit.getByLabel('阈值').fill('900');
    await edit.getByRole('button', { name: '下一步' }).click();
    await edit.getByRole('button', { name: /确.?定/ }).click();
    await row.getByText('>= 900 ms').waitFor();

    await page.route(/\/alarms\/journey-slow\/history/, (route) => route.fulfill({ json: { changes: CHANGES } }));
    await row.getByRole('button', { name: 'journey-slow' }).click();
    const drawer = page.getByRole('dialog', { name: 'journey-slow' });
    await drawer.getByText('journey-ops: 已发送').waitFor();
    await drawer.getByText('journey-ops: the topic was deleted').waitFor();
    await look(page, 'alarms-history');
    await drawer.getByRole('button', { name: '关闭' }).click();

    await row.getByRole('link', { name }).click();
    await page.getByRole('combobox', { name: '选择函数版本' }).press('Enter');
    await page.getByTitle('v1', { exact: true }).click();
    await page.getByRole('button', { name: '为错误次数创建告警规则' }).click();
    await dialog.getByText('v1 · 函数').waitFor();
    await dialog.getByLabel('阈值').fill('1');
    await dialog.getByRole('button', { name: '下一步' }).click();
    await dialog.getByLabel('告警规则名称').fill('journey-fails');
    await dialog.getByRole('button', { name: /确.?定/ }).click();
    await page.getByText('创建告警规则 journey-fails 成功').waitFor();
    const thresholds = page.getByRole('list', { name: '错误次数的告警阈值' });
    expect(await thresholds.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^journey-fails.* >= 1 /),
    ]);
    expect(await page.getByRole('list', { name: '调用次数的告警阈值' }).count()).toBe(0);
    const { data } = await platform.api.call('showAlarm', {
      params: { ...project(platform), alarm_name: 'journey-fails' },
    });
    expect(data).toMatchObject({ target_urn: `${urn}:v1`, metric: 'failcount', statistic: 'sum', threshold: 1 });

    await page.goBack();
    await page.goBack();
    await row.getByRole('button', { name: '删除' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确认' }).click();
    await page.getByText('删除告警规则 journey-slow 成功').waitFor();
    await row.waitFor({ state: 'detached' });
  },
);

journey('the log explorer shows lines as they come, and ten thousand of them', async ({ platform, visit }) => {
  const name = 'journey-tailed';
  const files = {
    'index.js': 'exports.handler = async (event, context) => { context.getLogger().warn("said " + event.word); };',
  };
  const urn = await deploy(platform, { name, files, runtime: await runtimeOf(platform, 'Node.js') });
  await invoke(platform, urn, { word: 'before' });

  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/logs');
  expect(await page.getByRole('button', { name: '实时日志' }).isDisabled()).toBe(true);
  await page.getByRole('searchbox', { name: '关键字' }).fill('said before');
  await page.getByRole('searchbox', { name: '关键字' }).press('Enter');
  const log = page.getByRole('region', { name: '日志', exact: true });
  const sources = page.getByRole('combobox', { name: '全部函数；也可选择函数和函数流，最多 3 个' });
  const more = () => page.getByRole('button', { name: '刷新', exact: true }).click();
  await expect
    .poll(async () => {
      await more();
      return log.getByText('said before').count();
    }, PATIENCE)
    .toBe(1);
  await log.getByText(name, { exact: true }).waitFor();
  await look(page, 'logs-project');
  await sources.fill(name);
  await page.getByTitle(`${name} · 函数`).click();
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: '关键字' }).fill('');
  await page.getByRole('searchbox', { name: '关键字' }).press('Enter');
  await log.getByText('said before').waitFor();
  const wrapping = () => page.evaluate("getComputedStyle(document.querySelector('.log-message span')).whiteSpace");
  expect(await wrapping()).not.toBe('pre-wrap');
  await page.getByText('自动换行').click();
  await expect.poll(wrapping).toBe('pre-wrap');
  await look(page, 'logs');
  await log
    .getByRole('button', { name: /的完整日志$/ })
    .nth(1)
    .click();
  await log.getByRole('button', { name: '查看上下文' }).click();
  await log.locator('[aria-current="true"]').getByText('said before').waitFor();
  expect(new URL(page.url()).searchParams.get('range')).toBe('custom');
  const texts = () => log.getByRole('listitem').allTextContents();
  const newestFirst = await texts();
  await page.getByText('最早的在前').click();
  await expect.poll(texts, PATIENCE).toEqual(newestFirst.toReversed());
  await look(page, 'logs-around');

  let streams = 0;
  await page.route(/\/logs\/follow/, (route) => {
    streams += 1;
    return streams === 1 ? route.fulfill({ body: FLOOD, contentType: 'application/x-ndjson' }) : route.continue();
  });
  await page.getByRole('button', { name: '实时日志' }).click();
  await page.getByText('共 10000 行，其中 WARN 和 ERROR').waitFor();
  await log.getByText('line 9999').waitFor();
  expect(await mostRowsScrolled(log, 'li')).toBeLessThan(120);
  const colours = `[...document.querySelectorAll('.log-row')].map((row) => [
    row.querySelector('.log-level').textContent,
    getComputedStyle(row.querySelector('.log-level')).color,
  ])`;
  // one for each level
  const levels = new Map((await page.evaluate(colours)) as [string, string][]);
  expect([...levels.keys()].sort()).toEqual(['ERROR', 'INFO']);
  expect(levels.get('ERROR')).not.toBe(levels.get('INFO'));
  await page.getByRole('button', { name: /继续/ }).click();
  await log.getByText('line 9999').waitFor();
  await look(page, 'logs-live');
  // scrolling up pauses
  await log.focus();
  await page.keyboard.press('PageUp');
  await page.getByRole('button', { name: /继续/ }).click();
  await page.getByRole('button', { name: '清空' }).click();
  await log.getByText('没有日志').waitFor();

  const say = (word: string) => invoke(platform, urn, { word });
  await expect
    .poll(async () => {
      await say('fresh');
      return log.getByText('said fresh').count();
    }, PATIENCE)
    .toBeGreaterThan(0);
  await page.getByRole('button', { name: '暂停' }).click();
  await say('later');
  await page.getByRole('button', { name: /继续（[1-9]\d* 条新日志）/ }).waitFor();
  expect(await log.getByText('said later').count()).toBe(0);
  await page.getByRole('button', { name: /继续/ }).click();
  await log.getByText('said later').first().waitFor();
  await page.getByRole('button', { name: '停止' }).click();
  await page.getByRole('button', { name: '实时日志' }).waitFor();
});
