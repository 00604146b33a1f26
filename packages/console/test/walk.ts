import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Runs in the browser, whose types the tests do not know. */
const HREFS = (links: readonly { getAttribute(name: string): string | null }[]) =>
  links.map((link) => link.getAttribute('href') ?? '');

/** Does what leads to another page, until that page has taken the place of this one. */
async function leave(page: Page, act: () => Promise<void>): Promise<void> {
  await page.evaluate('document.querySelector("h1").dataset.left = ""');
  await act();
  await page.waitForSelector('h1:not([data-left])');
}

/** Whether a page of the console is that of an address, with any fields. */
export function isAt(page: Page, path: string): boolean {
  return new URL(page.url()).pathname === `/console${path.split('?')[0]}`;
}

/** Leads to an address of the console without loading everything anew. */
export async function go(page: Page, path: string): Promise<void> {
  const push = async () => {
    await page.evaluate(`{
      history.pushState({}, '', ${JSON.stringify(`/console${path}`)});
      dispatchEvent(new PopStateEvent('popstate'));
    }`);
  };
  if (isAt(page, path)) return push();
  await leave(page, push);
}

/** Opens each page of the navigation in turn, but those left out, in a window of any size. */
export async function eachPage(
  page: Page,
  see: (path: string) => Promise<void>,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<void> {
  const links = page.getByRole('navigation').first().getByRole('listitem').getByRole('link');
  const addresses = await links.evaluateAll(HREFS as (links: unknown[]) => string[]);
  expect(addresses.length).toBeGreaterThan(20);
  for (const address of addresses) {
    const path = address.replace('/console', '');
    if (isLeftOut(path)) continue;
    await go(page, path);
    await see(path);
  }
}
