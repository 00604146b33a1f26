import { expect } from 'vitest';
import { journey, look } from '../journey.ts';

journey('a reader is made by page, signs in, and sees which right each action lacks', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  const reader = { name: 'platform-reader', password: 'Reading-only-1' };
  await visitor.open('/groups');
  await page.getByRole('button', { name: '创建用户组' }).click();
  const groupDialog = page.getByRole('dialog', { name: '创建用户组' });
  await groupDialog.getByRole('button', { name: '确定' }).click();
  await groupDialog.getByText('请输入名称').waitFor();
  await groupDialog.getByLabel('名称', { exact: true }).fill('platform-readers');
  await groupDialog.getByLabel('权限策略').click();
  await page.getByRole('option').first().waitFor({ state: 'attached' });
  await page.locator('.ant-select-item-option').filter({ hasText: 'ReadOnlyAccess' }).first().click();
  await page.keyboard.press('Escape');
  await look(page, 'groups-create');
  await groupDialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建用户组 platform-readers 成功').waitFor();
  await groupDialog.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'platform-readers' }).click();
  await page
    .getByRole('row', { name: /FunctionGraph ReadOnlyAccess/ })
    .getByText('整个账号')
    .waitFor();
  await page.getByRole('heading', { name: '还没有成员' }).waitFor();
  await look(page, 'group');

  await page.getByRole('link', { name: '用户', exact: true }).click();
  await page.getByRole('button', { name: '创建用户' }).click();
  const userDialog = page.getByRole('dialog', { name: '创建用户' });
  await userDialog.getByLabel('名称', { exact: true }).fill(reader.name);
  await userDialog.getByLabel('密码').fill(reader.password);
  await userDialog.getByLabel('用户组').click();
  await page.locator('.ant-select-item-option').filter({ hasText: 'platform-readers' }).click();
  await page.keyboard.press('Escape');
  await look(page, 'users-create');
  await userDialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建用户 platform-reader 成功').waitFor();
  await userDialog.waitFor({ state: 'detached' });
  await look(page, 'users');
  await page.getByRole('link', { name: reader.name }).click();
  await page.getByRole('row', { name: /platform-readers/ }).waitFor();
  await look(page, 'user');

  const other = await visit({ signedIn: false });
  await other.signIn(reader);
  await other.open('/dependencies');
  const create = other.page.getByRole('button', { name: '创建依赖包' });
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await create.focus();
  await other.page.getByRole('tooltip').getByText('functiongraph:dependency:create').waitFor();
  other.expectComplaint(/403/);
  await other.open('/users');
  await other.page.getByRole('alert').getByText('iam:users:listUsers here').waitFor();
  await look(other.page, 'users-forbidden');
});
