import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const TIMEOUT_MS = 60_000;
/** Of each step; a slower one costs only that the console is loaded again. */
const SIGN_OUT_MS = 20_000;
const SIZE = { width: 1280, height: 800 };
const ASSETS = join(import.meta.dirname, '../dist/assets');
/** What journeys listen to. */
const EVENTS = ['console', 'pageerror', 'request', 'response'] as const;

/** A tab in a browser of its own: cookies, storage and rights are those of one person. */
export interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
}

/**
 * Tabs for one person after another. Each leaves nothing but what the browser has loaded, compiled and run, which takes most
 * of the time of a visit.
 */
export class Tabs {
  readonly #browser: Browser;
  readonly #origin: string;
  readonly #free: Tab[] = [];

  constructor(browser: Browser, origin: string) {
    this.#browser = browser;
    this.#origin = origin;
  }

  /** A tab without a session: it shows the sign-in page, or a picture of the console. */
  async take(): Promise<Tab> {
    return this.#free.pop() ?? (await this.#open());
  }

  async giveBack(tab: Tab): Promise<void> {
    const { context, page } = tab;
    for (const event of EVENTS) page.removeAllListeners(event);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    if (!(await signOut(page))) await rest(page);
    await page.evaluate('localStorage.clear(); sessionStorage.clear()');
    await context.clearCookies();
    await context.clearPermissions();
    await page.setViewportSize(SIZE);
    this.#free.push(tab);
  }

  async #open(): Promise<Tab> {
    const context = await this.#browser.newContext({ viewport: SIZE, reducedMotion: 'reduce', baseURL: this.#origin });
    context.setDefaultTimeout(TIMEOUT_MS);
    const page = await context.newPage();
    await rest(page);
    return { context, page };
  }
}

/** Whether the page is one of the console, which leads to others without loading anew. */
export function isInConsole(page: Page): boolean {
  const { pathname } = new URL(page.url());
  return pathname.startsWith('/console/') && !pathname.startsWith('/console/assets/');
}

/**
 * Leaves the console on its sign-in page, as the menu of the account does; it then has no answer of the server any more.
 * False if that is not possible from here. The session itself goes on.
 */
async function signOut(page: Page): Promise<boolean> {
  if (!isInConsole(page) || (await page.locator('.account').count()) === 0) return false;
  const session = '**/v1/console/session';
  await page.route(session, (route) =>
    route.request().method() === 'DELETE' ? route.fulfill({ status: 204 }) : route.fallback(),
  );
  try {
    // at once: a notice goes away by itself
    await page.evaluate(
      'for (const close of document.querySelectorAll(".ant-notification-notice-close")) close.click()',
    );
    await page.evaluate('for (const dialog of document.querySelectorAll("[role=dialog]")) dialog.dataset.before = ""');
    // dialogs may lie above
    await page.locator('.account').dispatchEvent('click', {}, { timeout: SIGN_OUT_MS });
    await page.locator('[data-menu-id$="-sign-out"]').dispatchEvent('click', {}, { timeout: SIGN_OUT_MS });
    const guard = page.locator('[role=dialog]:not([data-before]) .ant-modal-footer button').last();
    await page.locator('main.sign-in').or(guard).first().waitFor({ timeout: SIGN_OUT_MS });
    // what was not saved is lost
    if (await guard.isVisible()) await guard.dispatchEvent('click', {}, { timeout: SIGN_OUT_MS });
    await page.waitForSelector('main.sign-in', { timeout: SIGN_OUT_MS });
    await page.waitForSelector('.ant-notification-notice', { state: 'detached', timeout: SIGN_OUT_MS });
    return true;
  } catch {
    // the caller loads another page
    return false;
  } finally {
    await page.unroute(session);
  }
}

/** Shows what does nothing, and has the storage of the console: a page of another origin would end the process of the tab. */
export async function rest(page: Page): Promise<void> {
  await page.goto(`/console/assets/${picture()}`);
}

function picture(): string {
  const name = readdirSync(ASSETS).find((file) => file.endsWith('.svg'));
  if (name === undefined) throw new Error('the console has no picture');
  return name;
}
