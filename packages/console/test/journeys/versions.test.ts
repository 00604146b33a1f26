import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { deploy, PATIENCE, runtimeOf, target, zipped } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

/** In the list that is open. */
const choose = (page: Page, name: string) =>
  page.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click();

const code = (greeting: string) => ({
  'index.js': `exports.handler = async (event, context) => '${greeting}';\n`,
  'lib/same.txt': 'the same in all versions',
});

journey('versions are published, compared and deleted', async ({ platform, visit }) => {
  const name = 'journey-versions';
  const urn = await deploy(platform, { name, files: code('one'), runtime: await runtimeOf(platform, 'Node.js') });
  const { exitCode, stderr } = await platform.fgs(['versions', 'publish', name, '--name', 'v1']);
  expect(exitCode, stderr).toBe(0);
  await platform.api.call('updateFunctionCode', {
    params: target(platform, urn),
    body: { code_type: 'zip', code_filename: 'two.zip', func_code: { file: zipped(code('two')) } },
  });

  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/functions/${name}?tab=versions`);
  const rowOf = (version: string) => page.getByRole('row', { name: new RegExp(`^${version}`) });
  await rowOf('v1').waitFor();
  expect(await rowOf('latest').getByRole('button', { name: '删除' }).count()).toBe(0);
  await page.getByText('已有 1 个版本，最多 10 个').waitFor();

  await page.getByRole('button', { name: '发布新版本' }).click();
  const publish = page.getByRole('dialog', { name: '发布新版本' });
  await publish.getByText('新版本没有触发器、预留实例和磁盘挂载。').waitFor();
  await publish.getByLabel('版本号').fill('-v2');
  await publish.getByLabel('描述').fill('says two');
  await publish.getByText('版本号格式不正确。').waitFor();
  await look(page, 'versions-publish');
  await publish.getByLabel('版本号').fill('v2');
  await publish.getByRole('button', { name: '确定' }).click();
  await page.getByText('发布版本 v2 成功').waitFor();
  await page.getByText('版本 v2 已发布，不能再修改代码和设置。').waitFor();
  expect(page.url()).toMatch(/version=v2/);
  expect(await rowOf('v2').textContent()).toMatch(/^v2 · 当前显示.*says two/);

  const made = await platform.fgs([
    'aliases',
    'create',
    name,
    'live',
    '--version',
    'v1',
    '--also',
    'v2',
    '--weight',
    '5',
  ]);
  expect(made.exitCode, made.stderr).toBe(0);
  const other = await platform.fgs(['aliases', 'create', name, 'beta', '--version', 'latest']);
  expect(other.exitCode, other.stderr).toBe(0);
  await page.reload();
  await rowOf('v2').getByText('live（灰度）').waitFor();
  await look(page, 'versions');

  await rowOf('v1').getByRole('button', { name: '对比' }).click();
  const comparison = page.getByRole('dialog', { name: '版本对比' });
  const before = comparison.getByRole('textbox', { name: 'v1 的 index.js' });
  await before.waitFor();
  expect(await before.textContent()).toContain("'one'");
  expect(await comparison.getByRole('textbox', { name: 'latest 的 index.js' }).textContent()).toContain("'two'");
  expect(await comparison.getByRole('list', { name: '有差异的文件' }).textContent()).toBe('修改index.js');
  await look(page, 'versions-compared');
  await comparison.getByRole('combobox', { name: '第一个版本' }).press('Enter');
  await choose(page, 'v2');
  await comparison.getByText('没有差异。').waitFor();
  await comparison.getByRole('button', { name: '关闭' }).click();

  // an alias still needs it
  visitor.expectComplaint(/403/);
  await rowOf('v2').getByRole('button', { name: '删除' }).click();
  const removal = page.getByRole('dialog', { name: '删除版本 v2？' });
  await removal.getByRole('button', { name: '确认' }).click();
  const refusal = page.getByRole('alert');
  await refusal.getByText(/live/).waitFor();
  // what is open follows another language
  await page.getByRole('button', { name: '语言' }).press('Enter');
  await page.getByRole('menuitem', { name: 'English' }).press('Enter');
  await refusal.getByText('Version v2 was not deleted').waitFor();
  await refusal.getByRole('button', { name: 'Close' }).waitFor();
  await page.getByRole('button', { name: 'Language' }).press('Enter');
  await page.getByRole('menuitem', { name: '简体中文' }).press('Enter');
  await refusal.getByText('删除版本 v2 失败').waitFor();
  await refusal.getByRole('button', { name: '关闭' }).click();

  // the alias points to it already, so that only its grey release can end
  await rowOf('v1').getByRole('button', { name: '回滚' }).click();
  const back = page.getByRole('dialog', { name: '回滚到版本 v1' });
  await back.getByText('灰度发布将结束：v2 不再处理 5 % 的请求。').waitFor();
  await back.getByRole('button', { name: '取消' }).click();
  await rowOf('v2').getByRole('button', { name: '回滚' }).click();
  const forth = page.getByRole('dialog', { name: '回滚到版本 v2' });
  await forth.getByRole('combobox', { name: '别名' }).press('Enter');
  await choose(page, 'beta（当前指向 latest）');
  await forth.getByText('别名 beta 当前指向 latest').waitFor();
  expect(await forth.getByText('灰度发布').count()).toBe(0);
  await forth.getByRole('combobox', { name: '别名' }).press('Enter');
  await choose(page, 'live（当前指向 v1）');
  await forth.getByText('灰度发布将结束').waitFor();
  await look(page, 'versions-roll-back');
  await forth.getByRole('button', { name: /回 ?滚/ }).click();
  await page.getByText('别名 live 已指向 v2').waitFor();
  await rowOf('v2').getByText('live', { exact: true }).waitFor();
  const { data } = await platform.api.call('showVersionAlias', {
    params: { ...target(platform, urn), alias_name: 'live' },
  });
  expect(data).toMatchObject({ version: 'v2' });
  expect(data.additional_version_weights).toBeUndefined();
  // another alias may not point to the same version
  await expect.poll(() => rowOf('v2').getByRole('button', { name: '回滚' }).count()).toBe(0);
  await rowOf('v1').getByRole('button', { name: '回滚' }).click();
  await back.getByRole('combobox', { name: '别名' }).press('Enter');
  await choose(page, 'live（当前指向 v2）');
  await back.getByText('别名 live 当前指向 v2').waitFor();
  await back.getByRole('button', { name: /回 ?滚/ }).click();
  await rowOf('v1').getByText('live', { exact: true }).waitFor();

  await rowOf('v1').getByRole('button', { name: '删除' }).click();
  await page.getByText('指向该版本的别名也将删除：live。').waitFor();
  await look(page, 'versions-delete');
  await page.getByRole('dialog').getByRole('button', { name: '确认' }).click();
  await page.getByText('删除版本 v1 成功').waitFor();
  await rowOf('v2').getByRole('button', { name: '删除' }).click();
  await removal.getByRole('button', { name: '确认' }).click();
  await page.getByText('删除版本 v2 成功').waitFor();
  await rowOf('v2').waitFor({ state: 'detached' });
  expect(page.url()).not.toMatch(/version=/);
});

journey('an alias leads to a version, and a part of its requests to a grey one', async ({ platform, visit }) => {
  const name = 'journey-aliases';
  const urn = await deploy(platform, { name, files: code('one'), runtime: await runtimeOf(platform, 'Node.js') });
  const { exitCode, stderr } = await platform.fgs(['versions', 'publish', name, '--name', 'v1']);
  expect(exitCode, stderr).toBe(0);

  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/functions/${name}?tab=aliases`);
  await page.getByRole('heading', { name: '还没有别名' }).waitFor();
  await look(page, 'aliases-empty');
  await page.getByRole('button', { name: '创建别名' }).click();
  const creation = page.getByRole('dialog', { name: '创建别名' });
  await creation.getByRole('button', { name: '确定' }).click();
  for (const missing of ['请输入别名名称', '请选择版本']) await creation.getByText(missing).waitFor();
  await creation.getByLabel('别名名称').fill('live');
  await creation.getByLabel('对应版本').press('Enter');
  await choose(page, 'latest');
  await creation.getByRole('switch', { name: '开启灰度版本' }).click();
  await creation.getByLabel('灰度版本', { exact: true }).press('Enter');
  // neither latest nor the main version
  expect(await page.locator('.ant-select-dropdown:visible .ant-select-item-option').allTextContents()).toEqual(['v1']);
  await choose(page, 'v1');
  await creation.getByLabel('权重').fill('25');
  await creation.getByText('latest 75 %，v1 25 %').waitFor();
  await look(page, 'aliases-create');
  await creation.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建别名 live 成功').waitFor();
  const row = page.getByRole('row', { name: /^live/ });
  await row.getByText('latest 75 %，v1 25 %').waitFor();
  await look(page, 'aliases');

  await row.getByRole('button', { name: '修改' }).click();
  const change = page.getByRole('dialog', { name: '修改别名 live' });
  expect(await change.getByLabel('权重').inputValue()).toBe('25');
  await change.getByText('按规则', { exact: true }).click();
  await change.getByLabel('规则 1 的参数名').fill('X Group');
  await change.getByText('可包含字母、数字、中划线和下划线，不超过 64 个字符。').waitFor();
  await change.getByLabel('规则 1 的参数名').fill('X-Group');
  await change.getByLabel('规则 1 的条件').press('Enter');
  await choose(page, '属于');
  await change.getByLabel('规则 1 的值').fill('beta,');
  await change.getByText('逗号之间不能为空。').waitFor();
  await change.getByLabel('规则 1 的值').fill('beta, staff');
  await change.getByRole('button', { name: '添加规则' }).click();
  await change.getByRole('button', { name: '确定' }).click();
  await change.getByText('请输入参数名').waitFor();
  await change.getByLabel('规则 2 的类型').press('Enter');
  await choose(page, 'Cookie');
  await change.getByLabel('规则 2 的参数名').fill('group');
  await change.getByLabel('规则 2 的值').fill('beta');
  await change.getByText('满足任一规则').click();
  await look(page, 'aliases-rules');
  await change.getByRole('button', { name: '确定' }).click();
  await row.getByText('请求头 X-Group in beta,staff 或 Cookie group = beta').waitFor();
  const { data } = await platform.api.call('showVersionAlias', {
    params: { ...target(platform, urn), alias_name: 'live' },
  });
  expect(data.additional_version_weights).toBeUndefined();
  expect(data.additional_version_strategy?.v1).toMatchObject({ combine_type: 'or', rules: [{}, { op: '=' }] });

  // what only the server knows stands at its field
  await page.getByRole('button', { name: '创建别名' }).click();
  await creation.getByLabel('别名名称').fill('other');
  await creation.getByLabel('对应版本').press('Enter');
  await choose(page, 'latest');
  visitor.expectComplaint(/409/);
  await creation.getByRole('button', { name: '确定' }).click();
  await creation.getByText('alias live points to version latest already').waitFor();
  await look(page, 'aliases-refused');
  await creation.getByRole('button', { name: '取消' }).click();

  await row.getByRole('button', { name: '修改' }).click();
  expect(await change.getByLabel('规则 1 的值').inputValue()).toBe('beta,staff');
  await change.getByRole('switch', { name: '开启灰度版本' }).click();
  await change.getByLabel('对应版本').press('Enter');
  await choose(page, 'v1');
  await change.getByRole('button', { name: '确定' }).click();
  await expect.poll(() => row.textContent()).toMatch(/^livev1/);

  await row.getByRole('button', { name: 'live' }).click();
  await row.getByText('live · 当前显示').waitFor();
  await row.getByRole('button', { name: '删除' }).click();
  const removal = page.getByRole('dialog', { name: '删除别名 live？' });
  await removal.getByText('版本保留').waitFor();
  await removal.getByRole('button', { name: '确认' }).click();
  await page.getByText('删除别名 live 成功').waitFor();
  await page.getByRole('heading', { name: '还没有别名' }).waitFor();
});

journey('reserved instances of a version are added, charted, changed and deleted', async ({ platform, visit }) => {
  const name = 'journey-reserved';
  await deploy(platform, { name, files: code('one'), runtime: await runtimeOf(platform, 'Node.js') });
  for (const args of [
    ['versions', 'publish', name, '--name', 'v1'],
    ['aliases', 'create', name, 'live', '--version', 'v1'],
  ]) {
    const { exitCode, stderr } = await platform.fgs(args);
    expect(exitCode, stderr).toBe(0);
  }
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/functions/${name}?tab=settings&section=concurrency`);
  const list = page.getByRole('region', { name: '预留实例', exact: true });
  await list.getByRole('heading', { name: '还没有预留实例' }).waitFor();
  await look(page, 'reserved-empty');

  await list.getByRole('button', { name: '添加' }).click();
  const creation = page.getByRole('dialog', { name: '添加预留实例' });
  await creation.getByText(/0 表示不预留/).waitFor();
  await creation.getByLabel('选择版本').press('Enter');
  await choose(page, 'v1');
  await creation.getByRole('button', { name: '添加策略', exact: true }).click();
  const policies = creation.getByRole('region', { name: '定时策略' });
  await policies.getByLabel('策略名称').fill('morning');
  await policies.getByLabel('最小实例数').fill('0');
  await policies.getByText('不能小于基础配置的 1').waitFor();
  await policies.getByLabel('最小实例数').fill('2');
  await policies.getByLabel('Cron表达式（UTC）').fill('every morning');
  await look(page, 'reserved-add');
  visitor.expectComplaint(/400/);
  await creation.getByRole('button', { name: '确定' }).click();
  await page
    .getByRole('alert')
    .getByText(/policy morning/)
    .waitFor();
  await policies.getByLabel('Cron表达式（UTC）').fill('0 0 8 * * ?');
  await creation.getByRole('button', { name: '确定' }).click();
  await page.getByText('保存 v1 的预留实例成功').waitFor();
  const row = list.getByRole('row', { name: /^v1/ });
  // the list is read again every ten seconds
  await expect.poll(() => row.textContent(), PATIENCE).toContain('就绪 1 / 1');
  await row.getByText('morning').waitFor();
  await row.getByRole('button', { name: 'v1 (版本)' }).click();
  await page.getByRole('region', { name: 'v1 的函数并发执行实例数' }).waitFor();
  await page.getByRole('combobox', { name: '弹性策略名称' }).press('Enter');
  await choose(page, 'morning');
  await look(page, 'reserved');

  await list.getByRole('button', { name: '添加' }).click();
  await creation.getByText('别名', { exact: true }).click();
  await creation.getByLabel('选择别名').press('Enter');
  await choose(page, 'live');
  await creation.getByRole('button', { name: '确定' }).click();
  await page.getByRole('alert').getByText('alias live and version v1, which it points to').waitFor();
  await look(page, 'reserved-alias-refused');
  await creation.getByRole('button', { name: '取消' }).click();

  await row.getByRole('button', { name: '编辑' }).click();
  const change = page.getByRole('dialog', { name: '编辑预留实例' });
  expect(await change.getByLabel('选择版本').isDisabled()).toBe(true);
  await change.getByRole('button', { name: '删除第 1 条策略' }).click();
  await change.getByRole('switch', { name: '闲置模式' }).click();
  await change.getByRole('button', { name: '确定' }).click();
  await change.waitFor({ state: 'detached', ...PATIENCE });
  await expect.poll(() => row.textContent(), PATIENCE).toContain('开启');
  expect(await row.textContent()).not.toContain('morning');

  await row.getByRole('button', { name: '删除' }).click();
  const removal = page.getByRole('dialog', { name: '删除 v1 的预留实例？' });
  await removal.getByRole('button', { name: '确认' }).click();
  await page.getByText('删除 v1 的预留实例成功').waitFor();
  await list.getByRole('heading', { name: '还没有预留实例' }).waitFor();
});
