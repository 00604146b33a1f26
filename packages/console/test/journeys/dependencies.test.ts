import { expect } from 'vitest';
import { deploy, project, runtimeOf, target, zipped } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const archive = (name: string, files: Record<string, string>) => ({
  name,
  mimeType: 'application/zip',
  buffer: Buffer.from(zipped(files), 'base64'),
});
const LIBRARY = { 'node_modules/shapes/index.js': 'module.exports = () => "circle";' };

journey('a dependency is uploaded with its progress, found, and gets more versions', async ({ platform, visit }) => {
  const runtime = await runtimeOf(platform, 'Node.js');
  const visitor = await visit();
  const { page } = visitor;
  const list = /\/fgs\/dependencies\?/;
  await page.route(list, (route) => route.fulfill({ json: { dependencies: [], count: 0, next_marker: 0 } }));
  await visitor.open('/dependencies');
  await page.getByRole('heading', { name: '还没有依赖包' }).waitFor();
  await look(page, 'dependencies-empty');
  await page.unroute(list);

  await page.getByRole('button', { name: '创建依赖包' }).first().click();
  const dialog = page.getByRole('dialog', { name: '创建依赖包' });
  await dialog.getByRole('button', { name: '确定' }).click();
  for (const missing of ['请输入依赖包名称', '请选择运行时语言', '请添加ZIP文件'])
    await dialog.getByText(missing).waitFor();
  await look(page, 'dependencies-create-missing');
  await dialog.getByLabel('依赖包名称').fill('journey-shapes');
  await dialog.getByLabel('运行时语言').click();
  await page.getByTitle(runtime, { exact: true }).click();
  await dialog.getByLabel('描述').fill('circles');
  const file = dialog.locator('input[type=file]');
  await file.setInputFiles({ name: 'shapes.tar', mimeType: 'application/x-tar', buffer: Buffer.from('x') });
  await dialog.getByText('文件后缀不是 .zip').waitFor();

  // the server checks the names inside
  visitor.expectComplaint(/400/);
  await file.setInputFiles(archive('shapes.zip', { 'index.js~': '' }));
  await dialog.getByRole('button', { name: '确定' }).click();
  await page.getByRole('alert').getByText('"index.js~" ends with ~').waitFor();
  await look(page, 'dependencies-refused');

  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const upload = /\/fgs\/dependencies$/;
  await page.route(upload, async (route) => {
    await held;
    await route.continue();
  });
  await file.setInputFiles(archive('shapes.zip', LIBRARY));
  await dialog.getByRole('button', { name: '确定' }).click();
  await dialog.getByRole('progressbar', { name: '正在上传' }).waitFor();
  await look(page, 'dependencies-uploading');
  release();
  await page.getByText('创建依赖包 journey-shapes 成功，版本 1').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await page.unroute(upload);

  await page.getByRole('searchbox').fill('journey-shapes');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('私有', { exact: true }).first().click();
  const row = page.getByRole('row', { name: /journey-shapes/ });
  expect(await row.textContent()).toMatch(/^journey-shapesNode\.js\S+?1私有\d+ Bcircles/);
  expect(page.url()).toMatch(/q=journey-shapes&type=private$/);
  await look(page, 'dependencies');

  await row.getByRole('link', { name: 'journey-shapes' }).click();
  await page.getByRole('heading', { name: 'journey-shapes 的版本历史' }).waitFor();
  await page.getByRole('button', { name: '创建版本' }).click();
  const version = page.getByRole('dialog', { name: '创建 journey-shapes 的版本' });
  // of this version, not of the newest one
  expect(await version.getByLabel('描述').inputValue()).toBe('');
  await version.getByText('OBS链接URL').click();
  await version.getByRole('button', { name: '确定' }).click();
  await version.getByText('请输入以 https:// 或 http:// 开头的地址').waitFor();
  await look(page, 'dependencies-version-by-address');
  await version.getByText('上传ZIP文件').click();
  await version
    .locator('input[type=file]')
    .setInputFiles(archive('shapes-2.zip', { ...LIBRARY, 'note.txt': 'second' }));
  await version.getByRole('button', { name: '确定' }).click();
  await page.getByRole('button', { name: '2', exact: true }).click();

  const details = page.getByRole('dialog', { name: 'journey-shapes 版本 2' });
  await details.getByText(/\/fgs\/dependencies\/[0-9a-f-]{36}\/version\/2$/).waitFor();
  await details.getByRole('link', { name: '下载' }).waitFor();
  await look(page, 'dependencies-version');
  const download = page.waitForEvent('download');
  await details.getByRole('link', { name: '下载' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
  await details.getByRole('button', { name: '关闭' }).last().click();
});

journey(
  'a version that a function uses stays, and the package is deleted with its last version',
  async ({ platform, visit }) => {
    const runtime = await runtimeOf(platform, 'Node.js');
    const body = { name: 'journey-used', runtime, depend_type: 'zip', depend_file: zipped(LIBRARY) };
    const { data } = await platform.api.call('createDependency', { params: project(platform), body });
    const files = { 'index.js': 'exports.handler = async (event, context) => require("shapes")();' };
    const urn = await deploy(platform, { name: 'journey-uses-shapes', files, runtime });
    const uses = (ids: string[]) =>
      platform.api.call('updateFunctionCode', { params: target(platform, urn), body: { depend_version_list: ids } });
    await uses([data.id]);

    const visitor = await visit();
    const { page } = visitor;
    await visitor.open(`/dependencies/${data.dep_id}`);
    const remove = async () => {
      await page.getByRole('row', { name: /^1/ }).getByRole('button', { name: '删除' }).click();
      const dialog = page.getByRole('dialog', { name: '删除 journey-used 的版本 1？' });
      await dialog.getByText('依赖包 journey-used 将随之删除').waitFor();
      return dialog;
    };
    visitor.expectComplaint(/412/);
    const dialog = await remove();
    await look(page, 'dependencies-delete');
    await dialog.getByRole('button', { name: '确认' }).click();
    await page.getByRole('alert').getByText('is used by function journey-uses-shapes (latest)').waitFor();
    await look(page, 'dependencies-in-use');

    await uses([]);
    await (await remove()).getByRole('button', { name: '确认' }).click();
    await page.getByText('删除 journey-used 的版本 1 成功').waitFor();
    await page.getByRole('heading', { name: '依赖包管理' }).waitFor();
    await page.getByRole('row', { name: /journey-used/ }).waitFor({ state: 'detached' });
  },
);
