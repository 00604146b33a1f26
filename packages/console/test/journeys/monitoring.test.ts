import { expect } from 'vitest';
import { deploy, invoke, PATIENCE, runtimeOf } from '../../../../tests/functions.ts';
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
    await log
      .getByRole('button', { name: /完整日志/ })
      .first()
      .click();
    const instance = /实例ID (\S+)/.exec((await log.getByRole('listitem').first().textContent()) ?? '')?.[1] ?? '';
    await page.getByRole('searchbox', { name: '实例ID' }).fill('i-0');
    await page.getByRole('searchbox', { name: '实例ID' }).press('Enter');
    await log.getByText('没有日志').waitFor();
    await page.getByRole('searchbox', { name: '实例ID' }).fill(instance);
    await page.getByRole('searchbox', { name: '实例ID' }).press('Enter');
    await expect.poll(() => log.getByRole('listitem').count()).toBe(2);
    await log
      .getByRole('button', { name: /完整日志/ })
      .first()
      .click();
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
