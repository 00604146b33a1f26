import { expect } from 'vitest';
import { deploy, invoke, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const CODE = 'exports.handler = async (event, context) => { if (event.fail) throw new Error("no"); return event; };';

journey(
  'the overview has quotas, the month and charts that lead to the functions behind them',
  async ({ platform, visit }) => {
    const runtime = await runtimeOf(platform, 'Node.js');
    const urn = await deploy(platform, { name: 'journey-busy', files: { 'index.js': CODE }, runtime });
    // more than the functions of other journeys
    for (const fail of Array.from({ length: 60 }, (_, index) => index % 2 === 0)) {
      const { isError, text } = await invoke(platform, urn, { fail });
      expect(isError, text).toBe(fail);
    }

    const visitor = await visit();
    const { page } = visitor;
    await visitor.open('/');
    await page.getByRole('heading', { name: '总览' }).waitFor();
    const functions = page.getByRole('region', { name: '函数数量' });
    expect(await functions.textContent()).toMatch(/^函数数量\d+配额 400$/);
    expect(await page.getByRole('region', { name: '代码存储' }).textContent()).toMatch(/配额 10 GB$/);
    expect(await page.getByRole('region', { name: '函数月度调用次数' }).textContent()).toMatch(/[1-9]\d*次$/);
    expect(await page.getByRole('region', { name: '月度资源用量' }).textContent()).toMatch(/GB-秒$/);

    const calls = page.getByRole('region', { name: '调用次数', exact: true });
    await calls.getByRole('img', { name: /^调用次数: [1-9]\d* 次$/ }).waitFor();
    await page
      .getByRole('region', { name: '错误次数', exact: true })
      .getByRole('link', { name: 'journey-busy' })
      .waitFor();
    await calls.getByRole('button', { name: '调用次数说明' }).focus();
    await page.getByRole('tooltip').getByText('异步调用在开始执行时才计入').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: '总览' }).click();
    await look(page, 'overview');

    await page.getByRole('radiogroup', { name: '时间范围' }).getByText('最近3天').click();
    await page.waitForURL(/range=3d/);
    await page.reload();
    await calls.getByRole('img').waitFor();
    expect(await page.getByRole('radio', { name: '最近3天' }).isChecked()).toBe(true);
    await calls.getByRole('link', { name: 'journey-busy' }).click();
    await page.getByRole('row', { name: /journey-busy/ }).waitFor();
  },
);

journey('without any invocation the charts say so', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await page.route(/statistics|report/, (route) => route.fulfill({ json: { statistics: {}, values: [] } }));
  await visitor.open('/overview');
  await page.getByRole('region', { name: '运行时间', exact: true }).getByText('该时间段内没有数据').waitFor();
  await look(page, 'overview-empty');
});
