import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Leads to an address of the console without loading everything anew. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(`{
    history.pushState({}, '', ${JSON.stringify(`/console${path}`)});
    dispatchEvent(new PopStateEvent('popstate'));
  }`);
  await page.waitForSelector('h1');
}

/** Opens each page of the navigation in turn. */
export async function eachPage(page: Page, see: (path: string) => Promise<void>): Promise<void> {
  const links = page.getByRole('navigation').first().getByRole('listitem').getByRole('link');
  const count = await links.count();
  expect(count).toBeGreaterThan(20);
  for (let at = 0; at < count; at += 1) {
    const link = links.nth(at);
    const path = (await link.getAttribute('href')) ?? '';
    await link.click();
    await page.waitForURL((url) => url.pathname === path);
    await page.waitForSelector('h1');
    await see(path.replace('/console', ''));
  }
}
