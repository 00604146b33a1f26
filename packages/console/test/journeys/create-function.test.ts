import { expect } from 'vitest';
import { journey, look } from '../journey.ts';

journey('a blank function begins with code of its runtime and has a page of its own', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions');
  await page.getByRole('button', { name: '创建函数' }).first().click();
  await page.getByRole('heading', { name: '初始代码' }).waitFor();
  await page.getByText('saying hello to').waitFor();
  await look(page, 'create-function');

  await page.getByRole('button', { name: '创建函数' }).click();
  await page.getByText('请输入函数名称').waitFor();
  const name = page.getByRole('textbox', { name: '函数名称' });
  await name.fill('1st');
  await page.getByText(/^可包含字母.*数字结尾$/).waitFor();
  await look(page, 'create-function-invalid');

  await name.fill('journey-blank');
  await page.getByText('HTTP函数').click();
  await page.getByText(/8000 端口/).waitFor();
  await page.getByText('server.js', { exact: true }).waitFor();
  expect(await page.getByRole('combobox', { name: '运行时' }).count()).toBe(0);
  await look(page, 'create-function-http');
  await page.getByText('事件函数').click();

  await page.getByRole('combobox', { name: '运行时' }).click();
  await page.keyboard.type('java');
  await look(page, 'create-function-runtimes');
  await page.keyboard.press('Escape');
  await page.getByText(/^fgs functions init journey-blank --template hello-(node|python)$/).waitFor();
  await page.getByRole('button', { name: '创建函数' }).click();
  await page.getByText('创建函数 journey-blank 成功').waitFor();
  await page.waitForURL(/\/console\/functions\/journey-blank$/);
  const { exitCode, stdout, stderr } = await platform.fgs([
    ...['functions', 'invoke', 'journey-blank'],
    ...['--data', '{"name":"Ada"}'],
  ]);
  expect(exitCode, stderr).toBe(0);
  expect(stdout.toString()).toContain('Hello, Ada!');
});

journey('a template fills code and settings in, and asks only for name and agency', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/create-function');
  await page.getByRole('radio', { name: /使用模板/ }).check({ force: true });
  await page.getByRole('combobox', { name: '选择模板' }).click();
  await page.getByTitle('context 使用指导').click();
  await page.getByText(/内存 256 MB/).waitFor();
  const noAgency =
    'Failed to access other services because no temporary AK, SK, or token has been obtained. Please set an agency.';
  await page.getByText(noAgency, { exact: true }).waitFor();
  expect(page.url()).toContain('?way=template&template=context-guide-python');
  await page.getByRole('textbox', { name: '函数名称' }).fill('journey-context');
  await page.getByText(/--timeout 10 --memory 256 --env GREETING=hello/).waitFor();
  await look(page, 'create-function-template');
  await page.getByRole('button', { name: '创建函数' }).click();
  await page.getByText('创建函数 journey-context 成功').waitFor();
  const { stdout } = await platform.fgs(['functions', 'show', 'journey-context', '--output', 'json']);
  expect(JSON.parse(stdout.toString())).toMatchObject({ memory_size: 256, timeout: 10, handler: 'index.handler' });

  await visitor.open('/create-function?way=template&template=hello-java');
  await page.getByText(/需要先构建/).waitFor();
  expect(await page.getByRole('button', { name: '创建函数' }).isDisabled()).toBe(true);
});
