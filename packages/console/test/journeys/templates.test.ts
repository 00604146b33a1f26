import { expect } from 'vitest';
import { journey, look } from '../journey.ts';

journey('templates are filtered by service and runtime, and one begins a function', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/templates');
  await page.getByRole('heading', { name: 'context使用指导' }).waitFor();
  await look(page, 'templates');

  await page.getByRole('combobox', { name: '云服务' }).click();
  await page.getByTitle('TIMER').click();
  await page.getByRole('heading', { name: 'context使用指导' }).waitFor({ state: 'detached' });
  expect(await page.getByRole('listitem').getByRole('button').count()).toBe(1);
  await page.reload();
  await page.getByRole('combobox', { name: '运行时' }).click();
  await page.getByTitle('http', { exact: true }).click();
  await page.getByRole('heading', { name: '没有匹配的结果' }).waitFor();
  await look(page, 'templates-no-match');
  await page.getByRole('button', { name: '显示全部模板' }).click();

  await page.getByRole('button', { name: '使用模板 context使用指导' }).click();
  await page.getByText(/内存 256 MB/).waitFor();
  expect(page.url()).toContain('template=context-guide-python');
});
