import { expect } from 'vitest';
import { mostRowsScrolled } from '../frames.ts';
import { journey } from '../journey.ts';

journey('a page is shown although its parts failed to load at first', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  visitor.expectComplaint(/ERR_CONNECTION_RESET|Failed to fetch dynamically imported module/);
  await visitor.load('/functions');
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

  await visitor.load('/functions');
  await page.route(/flow-list-page.*\.js$/, (route) => (isCut ? route.abort('connectionreset') : route.continue()));
  await flows.click();
  await page.getByText('页面出错').waitFor();
  isCut = false;
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByRole('heading', { name: '函数流', exact: true }).waitFor();
});

/** Scripts, styles and pictures of the overview. A slow line takes a while for each that waits for another. */
const MOST_FILES = 24;

journey('the first screen is of few files, and those of its page do not wait for the session', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  const files = new Set<string>();
  const pageIsRequested = Promise.withResolvers<void>();
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/console/assets/')) files.add(pathname);
    if (/overview-page.*\.js$/.test(pathname)) pageIsRequested.resolve();
  });
  await page.route('**/v1/console/session', async (route) => {
    await pageIsRequested.promise;
    await route.continue();
  });
  await visitor.load('/overview');
  await page.getByRole('region', { name: '函数数量' }).waitFor();
  expect(files.size).toBeLessThanOrEqual(MOST_FILES);
});

journey('a list of 10,000 rows is cut into pages, and scrolls smoothly', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  const credentials = Array.from({ length: 10_000 }, (_, n) => ({
    access: `KEY${n}`,
    status: 'active',
    create_time: '2027-01-01T00:00:00Z',
    user_id: 'u',
    description: `key ${n}`,
  }));
  await page.route(/OS-CREDENTIAL\/credentials\?/, (route) => route.fulfill({ json: { credentials } }));
  await visitor.open('/access-keys');
  await page.getByText('共 10000 条').waitFor();
  expect(await mostRowsScrolled(page.locator('html'), 'tr')).toBeLessThanOrEqual(102);
  await page.locator('.ant-pagination-item', { hasText: /^100$/ }).click();
  await page.getByText('KEY9999', { exact: true }).waitFor();
});
