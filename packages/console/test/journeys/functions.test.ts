import { expect } from 'vitest';
import { deploy, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

journey(
  'the list of functions teaches how to make the first one, then shows, finds and deletes functions',
  async ({ platform, visit }) => {
    const visitor = await visit();
    const { page } = visitor;
    // other journeys have functions on the same server
    const list = /\/fgs\/functions\?/;
    await page.route(list, (route) => route.fulfill({ json: { functions: [], count: 0, next_marker: 0 } }));
    await visitor.open('/functions');
    await page.getByRole('heading', { name: '还没有函数' }).waitFor();
    await page.getByText('fgs functions deploy ./hello --runtime Node.js --handler index.handler').waitFor();
    await page.getByRole('main').getByRole('button', { name: '复制命令' }).waitFor();
    await look(page, 'functions-empty');
    await page.unroute(list);

    const runtime = await runtimeOf(platform, 'Node.js');
    const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
    for (const name of ['journey-mail', 'journey-order']) await deploy(platform, { name, files, runtime });
    await page.reload();
    const row = page.getByRole('row', { name: /journey-mail/ });
    expect(await row.textContent()).toMatch(/事件函数Node\.js\S+default12810启用/);
    await look(page, 'functions');

    await page.keyboard.press('/');
    await page.keyboard.type('order');
    await page.keyboard.press('Enter');
    await row.waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/\?q=order$/);
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: '搜索字段' }).press('Enter');
    await page.getByTitle('应用名称', { exact: true }).click();
    await page.getByRole('heading', { name: '没有匹配的结果' }).waitFor();
    await page.getByRole('combobox', { name: '搜索字段' }).press('Enter');
    await page.getByTitle('运行时语言', { exact: true }).click();
    await page.getByRole('searchbox').fill('node');
    await page.getByRole('searchbox').press('Enter');
    await row.waitFor();
    const names = async () =>
      (await page.getByRole('link', { name: /^journey-(mail|order)$/ }).allTextContents()).join(' ');
    await page.getByRole('columnheader', { name: '函数名称' }).click();
    await expect.poll(names).toBe('journey-mail journey-order');
    await page.getByRole('columnheader', { name: '函数名称' }).click();
    await expect.poll(names).toBe('journey-order journey-mail');
    await look(page, 'functions-sorted');
    const focused = () => page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('j');
    const first = await focused();
    await page.keyboard.press('j');
    expect(await focused()).not.toBe(first);
    await page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await page.getByRole('combobox', { name: '搜索字段' }).press('Enter');
    await page.getByTitle('函数名称', { exact: true }).last().click();
    await page.getByRole('searchbox').fill('order');
    await page.getByRole('searchbox').press('Enter');
    await row.waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/\?q=order&sort=-func_name$/);
    await page.reload();
    await page.getByRole('row', { name: /journey-order/ }).waitFor();
    await page.getByRole('searchbox').fill('nothing-like-it');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('heading', { name: '没有匹配的结果' }).waitFor();
    await look(page, 'functions-no-match');
    await page.getByRole('button', { name: '清除搜索条件' }).click();

    // functions of other journeys may move it to another page of the whole list
    await page.getByRole('searchbox').fill('journey-mail');
    await page.getByRole('searchbox').press('Enter');
    await row.getByRole('button', { name: '删除' }).click();
    const dialog = page.getByRole('dialog', { name: '删除函数' });
    await dialog.waitFor();
    expect(await dialog.getByRole('button', { name: '确认' }).isDisabled()).toBe(true);
    await look(page, 'functions-delete');
    await dialog.getByRole('textbox').fill('journey-mail');
    await dialog.getByRole('button', { name: '确认' }).click();
    await page.getByText('删除函数 journey-mail 成功').waitFor();
    await row.waitFor({ state: 'detached' });
  },
);

journey('an action without its right is disabled and names the right', async ({ platform, visit }) => {
  const runtime = await runtimeOf(platform, 'Node.js');
  const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
  await deploy(platform, { name: 'journey-seen', files, runtime });
  const reader = { name: 'journey-reader', password: 'Reading-only-1' };
  for (const [args, input] of [
    [['iam', 'groups', 'create', 'journey-readers']],
    [['iam', 'policies', 'grant', 'FunctionGraph ReadOnlyAccess', '--group', 'journey-readers']],
    [['iam', 'users', 'create', reader.name, '--group', 'journey-readers', '--password-stdin'], reader.password],
  ] as const) {
    const { exitCode, stderr } = await platform.fgs(args, input);
    expect(exitCode, stderr).toBe(0);
  }
  const visitor = await visit({ signedIn: false });
  const { page } = visitor;
  await visitor.signIn(reader);
  await visitor.open('/functions');
  const remove = page.getByRole('row', { name: /journey-seen/ }).getByRole('button', { name: '删除' });
  expect(await remove.getAttribute('aria-disabled')).toBe('true');
  await remove.focus();
  await page.getByRole('tooltip').getByText('functiongraph:function:delete').waitFor();
  await look(page, 'functions-read-only');
  await remove.click({ force: true });
  expect(await page.getByRole('dialog').count()).toBe(0);
});
