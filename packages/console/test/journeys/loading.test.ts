import { expect } from 'vitest';
import { journey } from '../journey.ts';

journey('a page is shown although its parts failed to load at first', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  visitor.expectComplaint(/ERR_CONNECTION_RESET|Failed to fetch dynamically imported module/);
  await visitor.open('/functions');
  await page.evaluate('window.isFirstLoad = true');
  let isCut = true;
  let loads = 0;
  await page.route(/flow-list-page.*\.css$/, (route) =>
    loads++ === 0 ? route.abort('connectionreset') : route.continue(),
  );
  const flows = page.getByRole('navigation').getByRole('link', { name: '函数流' });
  await flows.click();
  await page.getByRole('heading', { name: '函数流', exact: true }).waitFor();
  expect(loads).toBe(2);
  expect(await page.evaluate('window.isFirstLoad')).toBe(true);

  await visitor.open('/functions');
  await page.route(/flow-list-page.*\.js$/, (route) => (isCut ? route.abort('connectionreset') : route.continue()));
  await flows.click();
  await page.getByText('页面出错').waitFor();
  isCut = false;
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByRole('heading', { name: '函数流', exact: true }).waitFor();
});
