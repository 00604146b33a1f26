import { expect } from 'vitest';
import { deploy, project, runtimeOf, target, zipped } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const FILES = {
  'index.js': [
    'exports.handler = async (event, context) => {',
    "  context.getLogger().info('counted ' + event.key);",
    "  if (event.fail) throw new Error('not today');",
    '  return { key: event.key };',
    '};',
    '',
  ].join('\n'),
  'lib/note.txt': 'a note',
  // one line of 50,000 characters
  'lib/min.js': 'var a=f();'.repeat(5000),
};

/** A button of two Chinese characters has a space between them. */
const spaced = (name: string) => new RegExp(`^${[...name].join(' ?')}$`);

journey('code is edited, deployed and tested, and a published version stays as it is', async ({ platform, visit }) => {
  const name = 'journey-edited';
  const urn = await deploy(platform, { name, files: FILES, runtime: await runtimeOf(platform, 'Node.js') });
  const { exitCode, stderr } = await platform.fgs(['versions', 'publish', name, '--name', 'v1']);
  expect(exitCode, stderr).toBe(0);

  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions');
  await page.getByRole('link', { name }).click();
  await page.getByRole('heading', { name }).waitFor();
  const code = page.getByRole('textbox', { name: 'index.js 的代码' });
  await code.waitFor();
  await look(page, 'function-code');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const menu = async (name: string, ...entries: string[]) => {
    await page
      .locator('.editor-menus')
      .getByRole('button', { name: spaced(name) })
      .click();
    for (const entry of entries) await page.getByRole('menuitem', { name: new RegExp(`^${entry}`) }).click();
  };
  await menu('设置', '字体大小', '16 px');
  const size = () => page.evaluate("getComputedStyle(document.querySelector('.workspace .cm-editor')).fontSize");
  await expect.poll(size).toBe('16px');
  await code.getByText('not today').click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await menu('编辑', '剪切');
  await expect.poll(() => code.textContent()).not.toContain('not today');
  await menu('编辑', '粘贴');
  await expect.poll(() => code.textContent()).toContain('not today');
  await menu('编辑', '撤销');
  await expect.poll(() => code.textContent()).not.toContain('not today');
  await menu('编辑', '恢复');
  await code.getByText('not today').waitFor();
  await menu('设置', '自动格式化');
  await menu('编辑', '查找');
  await page.getByRole('textbox', { name: '查找' }).waitFor();
  await page.keyboard.press('Escape');
  await menu('编辑', '替换');
  await page.getByRole('textbox', { name: '替换' }).fill('never');
  await page.getByRole('checkbox', { name: '区分大小写' }).check();
  await look(page, 'function-code-replace');
  await page.keyboard.press('Escape');
  await page.getByRole('tree').getByText('note.txt').click();
  const openFiles = page.getByRole('list', { name: '已打开的文件' });
  expect(await openFiles.getByRole('listitem').allTextContents()).toEqual(['index.js', 'note.txt']);
  await menu('文件', '关闭所有文件');
  await page.getByText('没有打开的文件，请在文件列表中选择。').waitFor();
  await page.getByRole('tree').getByText('min.js').click();
  const minified = page.getByRole('textbox', { name: 'min.js 的代码' });
  await minified.click();
  await page.keyboard.press('Control+End');
  // at once: undoing takes back what was typed within a moment
  await page.keyboard.insertText(' // edited');
  await expect.poll(() => minified.textContent()).toContain('// edited');
  await page.keyboard.press('Control+z');
  await page.getByText('所有修改均已部署').waitFor();
  await page.getByRole('tree').getByText('index.js').click();

  await code.getByText('not today').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' // edited');
  await page.getByText('1 处修改未部署').waitFor();
  await page.getByRole('button', { name: '新建文件', exact: true }).click();
  const path = page.getByRole('dialog').getByRole('textbox');
  await path.fill('lib');
  await page.getByText('该路径已存在。').waitFor();
  await path.fill('lib/new.json');
  await path.press('Enter');
  await page.getByText('2 处修改未部署').waitFor();
  expect(await page.getByRole('tree').getByRole('img', { name: '已修改，未部署' }).count()).toBe(2);
  await look(page, 'function-code-modified');
  await page.getByRole('button', { name: '查看修改' }).click();
  const review = page.getByRole('dialog', { name: '未部署的修改' });
  expect(await review.getByRole('textbox', { name: '当前编辑 的 index.js' }).textContent()).toContain('// edited');
  await review.getByText('lib/new.json').waitFor();
  await look(page, 'function-code-review');
  await review.getByRole('button', { name: '关闭' }).click();

  await page.getByRole('navigation').getByRole('link', { name: '函数列表' }).first().click();
  const leaving = page.getByRole('dialog', { name: '代码未部署，确认离开？' });
  await leaving.getByRole('button', { name: '取消' }).click();
  // another person deploys meanwhile
  const newer = { ...FILES, 'index.js': `// theirs\n${FILES['index.js']}` };
  await platform.api.call('updateFunctionCode', {
    params: target(platform, urn),
    body: { code_type: 'zip', code_filename: 'theirs.zip', func_code: { file: zipped(newer) } },
  });
  await page.keyboard.press('Control+s');
  const conflict = page.getByRole('dialog', { name: '已部署的代码更新' });
  await conflict.getByRole('textbox', { name: '已部署 的 index.js' }).getByText('// theirs').waitFor();
  expect(await conflict.getByRole('textbox', { name: '当前编辑 的 index.js' }).textContent()).toContain('// edited');
  await look(page, 'function-code-conflict');
  await conflict.getByRole('button', { name: '返回编辑' }).click();
  await conflict.waitFor({ state: 'detached' });
  await page.getByText('2 处修改未部署').waitFor();
  await page.keyboard.press('Control+s');
  await conflict.getByRole('button', { name: '覆盖并部署' }).click();
  await page.getByText('部署代码成功').waitFor();
  await page.getByText('所有修改均已部署').waitFor();

  const test = page.getByRole('region', { name: '测试', exact: true });
  const event = test.getByRole('textbox', { name: '测试事件' });
  await event.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('{"key": tru');
  await test.getByText('第 1 行第 9 列起不是正确的JSON').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('{"key": "数"}');
  await page.keyboard.press('Control+Enter');
  await test.getByText('执行成功').waitFor();
  await test.getByText('冷启动').waitFor();
  expect(await test.getByRole('region', { name: '函数返回' }).textContent()).toContain('"key": "数"');
  expect(await test.getByRole('region', { name: '日志' }).textContent()).toContain('counted 数');
  expect(await test.getByRole('list', { name: '耗时分布' }).textContent()).toMatch(/沙箱 [\d.]+ ms.*执行 [\d.]+ ms/);
  await test.getByText(/^响应头/).press('Enter');
  await test.getByRole('term').getByText('x-cff-billing-duration').waitFor();
  expect(await test.getByText(/x-cff-function-log/i).count()).toBe(0);
  await look(page, 'function-tested');

  await test.getByRole('button', { name: '另存为新事件' }).click();
  const dialog = page.getByRole('dialog', { name: '配置测试事件' });
  await dialog.getByRole('textbox', { name: '事件名称' }).fill('even-123test');
  await dialog.getByText('"key": "数"').waitFor();
  await look(page, 'function-save-event');
  await dialog.getByRole('button', { name: /创.?建/ }).click();
  await test.getByTitle('even-123test').waitFor();
  await test.getByRole('combobox', { name: '请选择测试事件' }).press('Enter');
  await page.getByTitle('配置测试事件', { exact: true }).click();
  await dialog.getByText('编辑已有测试事件').click();
  await dialog.getByRole('combobox', { name: '已保存测试事件' }).press('Enter');
  await page.getByTitle('even-123test', { exact: true }).last().click();
  await dialog.getByText('"key": "数"').waitFor();
  await look(page, 'function-edit-event');
  await dialog.getByRole('button', { name: '删除' }).click();
  await dialog.waitFor({ state: 'detached' });
  await test.getByText('请选择测试事件').waitFor();

  await page.getByRole('combobox', { name: '选择函数版本' }).press('Enter');
  await page.getByTitle('v1', { exact: true }).click();
  await page.getByText('版本 v1 已发布，不能再修改代码和设置。').waitFor();
  expect(page.url()).toMatch(/version=v1/);
  await code.waitFor();
  expect(await code.textContent()).not.toContain('edited');
  expect(await page.getByRole('button', { name: '部署' }).count()).toBe(0);
  await look(page, 'function-version');
  // a digit for each tab
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('3');
  await page.getByRole('tab', { name: '版本', selected: true }).waitFor();
});

journey('a function gets libraries in an order, and leads to its settings', async ({ platform, visit }) => {
  const runtime = await runtimeOf(platform, 'Node.js');
  for (const name of ['journey-lines', 'journey-curves']) {
    const depend_file = zipped({ [`node_modules/${name}/index.js`]: 'module.exports = 1;' });
    await platform.api.call('createDependency', {
      params: project(platform),
      body: { name, runtime, depend_type: 'zip', depend_file },
    });
  }
  await deploy(platform, { name: 'journey-libraries', files: FILES, runtime });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions/journey-libraries');
  const libraries = page.getByRole('region', { name: '代码依赖包' });
  await page.getByText(/请勿在代码中明文保存密码/).waitFor();
  for (const name of ['journey-lines', 'journey-curves']) {
    await libraries.getByRole('button', { name: '添加依赖包' }).click();
    const dialog = page.getByRole('dialog', { name: '选择依赖包' });
    await dialog.getByRole('button', { name: '确定' }).click();
    await dialog.getByText('请选择依赖包', { exact: true }).waitFor();
    expect(await dialog.getByLabel('运行时语言').inputValue()).toBe(runtime);
    await dialog.getByRole('combobox', { name: '依赖包名称' }).click();
    await page.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click();
    await dialog.getByRole('combobox', { name: '版本' }).press('Enter');
    await page.locator('.ant-select-dropdown:visible').getByTitle('1', { exact: true }).click();
    if (name === 'journey-lines') await look(page, 'function-add-dependency');
    await dialog.getByRole('button', { name: '确定' }).click();
    await libraries.getByRole('link', { name }).waitFor();
  }
  await libraries.getByText('2 / 20').waitFor();
  await libraries.getByRole('button', { name: '上移 journey-curves' }).click();
  const order = () => libraries.getByRole('listitem').getByRole('link').allTextContents();
  await expect.poll(order).toEqual(['journey-curves', 'journey-lines']);
  await look(page, 'function-dependencies');
  await libraries.getByRole('button', { name: '移除 journey-lines' }).click();
  await expect.poll(order).toEqual(['journey-curves']);

  await page.getByRole('link', { name: '编辑', exact: true }).click();
  await page.getByRole('tabpanel', { name: '常规设置' }).waitFor();
});

journey('code is uploaded, and an event of a template runs into the limit of memory', async ({ platform, visit }) => {
  const name = 'journey-hungry';
  const eating =
    'exports.handler = async (event, context) => { const all = []; for (;;) all.push(Buffer.alloc(1e7, 1)); };';
  await deploy(platform, { name, files: FILES, runtime: await runtimeOf(platform, 'Node.js'), timeout: 120 });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/functions/${name}`);
  await page.getByRole('button', { name: '上传自' }).click();
  expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Zip文件', 'OBS地址']);
  await page.getByRole('menuitem', { name: 'OBS地址' }).click();
  const fromBucket = page.getByRole('dialog', { name: 'OBS地址' });
  await fromBucket.getByRole('textbox', { name: 'OBS链接URL' }).fill('bucket/code.zip');
  await fromBucket.getByText('请输入以 https:// 开头的地址。').waitFor();
  await look(page, 'function-upload-obs');
  await fromBucket.getByRole('button', { name: '取消' }).click();
  await page.getByRole('button', { name: '上传自' }).click();
  await page.getByRole('menuitem', { name: 'Zip文件' }).click();
  const upload = page.getByRole('dialog', { name: 'Zip文件' });
  await upload.getByText('文件不超过 50 MB，解压后不超过 1.5 GB。').waitFor();
  const file = upload.locator('input[type="file"]');
  await file.setInputFiles({ name: 'code.tar', mimeType: 'application/x-tar', buffer: Buffer.from('code') });
  await upload.getByText('文件后缀不正确。').waitFor();
  await file.setInputFiles({
    name: 'deep.zip',
    mimeType: 'application/zip',
    buffer: Buffer.from(zipped({ 'code/index.js': eating }), 'base64'),
  });
  const warning = upload.getByText('压缩包根目录下没有与函数执行入口 index.handler 对应的文件。');
  await warning.waitFor();
  await look(page, 'function-upload');
  const buffer = Buffer.from(zipped({ 'index.js': eating }), 'base64');
  await file.setInputFiles({ name: 'code.zip', mimeType: 'application/zip', buffer });
  await warning.waitFor({ state: 'detached' });
  await upload.getByRole('button', { name: '上传并部署' }).click();
  await page.getByText('部署代码成功').waitFor();
  await page.getByRole('textbox', { name: 'index.js 的代码' }).getByText('Buffer.alloc').waitFor();

  const test = page.getByRole('region', { name: '测试', exact: true });
  await test.getByText('该函数的执行时间可能超过 90 秒，建议使用异步调用。').waitFor();
  await test.getByRole('combobox', { name: '请选择测试事件' }).press('Enter');
  await page.getByTitle('apig-event-template', { exact: true }).click();
  await test.getByRole('textbox', { name: '测试事件' }).getByText('"requestContext"').waitFor();
  await test.getByRole('button', { name: '测试', exact: true }).click();
  await test.getByText('执行失败').waitFor();
  await test.getByText('runtime memory limit exceeded').first().waitFor();
  await look(page, 'function-out-of-memory');
});
