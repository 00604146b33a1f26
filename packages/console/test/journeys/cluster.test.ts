import { expect } from 'vitest';
import { PATIENCE } from '../../../../tests/functions.ts';
import { TwoServers } from '../../../../tests/two-servers.ts';
import { journey, look, Platform } from '../journey.ts';
import { SIZES } from '../whole.ts';

journey('a server alone says how another one joins, and is not drained', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/cluster');
  await page.getByRole('heading', { name: '只有一台服务器' }).waitFor();
  await page.getByText('fgs cluster token', { exact: true }).waitFor();
  const row = page.getByRole('row', { name: /当前访问/ });
  await row.getByText('服务中').waitFor();
  expect(await row.getByRole('button', { name: /排空|移除/ }).count()).toBe(0);
  await look(page, 'cluster-alone');
});

journey('servers of a cluster are listed, drained, put back into service, and removed', async ({ visit }) => {
  await using two = await TwoServers.start();
  const platform = new Platform(two.first);
  const visitor = await visit({ at: platform });
  const { page } = visitor;
  await visitor.open('/cluster');
  const rows = page.getByRole('row').filter({ has: page.locator('td') });
  const row = rows.filter({ hasNotText: '当前访问' });
  await expect.poll(() => rows.count(), PATIENCE).toBe(2);
  await row.getByText('服务中').waitFor();
  expect(await row.textContent()).toMatch(/127\.0\.0\.1:\d+ · [\d.]+服务中.*0 \/ 00 个实例 · \d+ 种运行时/);
  // no column lies under the actions
  await page.setViewportSize(SIZES.whole);
  const hidden =
    "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.ant-table-content'))";
  await expect.poll(() => page.evaluate(hidden)).toBe(0);
  expect(await page.getByText('只有一台服务器').count()).toBe(0);
  await look(page, 'cluster');

  await row.getByRole('button', { name: '排空' }).click();
  const draining = page.getByRole('dialog', { name: /^排空服务器/ });
  await draining.getByText(/就绪检查返回503/).waitFor();
  await look(page, 'cluster-drain');
  await draining.getByRole('button', { name: '确认' }).click();
  await page.getByText(/^服务器 .+ 正在排空$/).waitFor();
  await row.getByText('排空中').waitFor();
  const isReady = async () => (await fetch(`${two.second.endpoint}/v1/ready`)).status;
  await expect.poll(isReady, PATIENCE).toBe(503);
  await look(page, 'cluster-draining');
  await row.getByRole('button', { name: '恢复服务' }).click();
  await page.getByText(/^服务器 .+ 已恢复服务$/).waitFor();
  await row.getByText('服务中').waitFor();
  await expect.poll(isReady, PATIENCE).toBe(200);

  await row.getByRole('button', { name: '排空' }).click();
  await draining.getByRole('button', { name: '确认' }).click();
  await row.getByRole('button', { name: '移除' }).click();
  const removal = page.getByRole('dialog', { name: /^移除服务器/ });
  await removal.getByText('其进程将结束。没有运行中的调用时才能移除。再次启动后会重新加入。').waitFor();
  await look(page, 'cluster-remove');
  const { exited } = two.second;
  await removal.getByRole('button', { name: '确认' }).click();
  await page.getByText(/^移除服务器 .+ 成功$/).waitFor();
  await exited;
  await expect.poll(() => rows.count(), PATIENCE).toBe(1);
  await page.getByRole('heading', { name: '只有一台服务器' }).waitFor();
  const { stdout } = await platform.fgs(['cluster', 'status', '--output', 'json']);
  expect(JSON.parse(stdout.toString())).toHaveLength(1);

  // the others remove it seconds later, sooner than a person could
  const [known] = (await two.first.api.call('listClusterNodes')).data.nodes;
  const gone = { ...known, id: 'gone', name: 'gone', live: false, this_server: false, load: null };
  await page.route(/cluster\/nodes$/, (route) => route.fulfill({ json: { nodes: [known, gone] } }));
  await page.getByRole('row', { name: /^gone/ }).getByText('已离线').waitFor();
  await look(page, 'cluster-gone');
  await page.getByRole('row', { name: /^gone/ }).getByRole('button', { name: '移除' }).click();
  await removal.getByText('其工作由其他服务器接管。再次启动后会重新加入。').waitFor();
  // the page would go on to ask a server that ends before it
  await page.goto('about:blank');
});
