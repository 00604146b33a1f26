import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const TIMEOUT_MS = 60_000;
const SIZE = { width: 1280, height: 800 };
const ASSETS = join(import.meta.dirname, '../dist/assets');
/** What journeys listen to. */
const EVENTS = ['console', 'pageerror', 'request'] as const;

/** A tab in a browser of its own: cookies, storage and rights are those of one person. */
export interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
}

/**
 * Tabs for one person after another. Each leaves nothing but what the browser has loaded and compiled, which a new tab would
 * do again for two thirds of the time that a page takes.
 */
export class Tabs {
  readonly #browser: Browser;
  readonly #origin: string;
  readonly #free: Tab[] = [];

  constructor(browser: Browser, origin: string) {
    this.#browser = browser;
    this.#origin = origin;
  }

  /** A tab that shows a picture of the console. */
  async take(): Promise<Tab> {
    return this.#free.pop() ?? (await this.#open());
  }

  async giveBack(tab: Tab): Promise<void> {
    const { context, page } = tab;
    for (const event of EVENTS) page.removeAllListeners(event);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await rest(page);
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

/** Shows what does nothing, and has the storage of the console: a page of another origin would end the process of the tab. */
async function rest(page: Page): Promise<void> {
  await page.goto(`/console/assets/${picture()}`);
}

function picture(): string {
  const name = readdirSync(ASSETS).find((file) => file.endsWith('.svg'));
  if (name === undefined) throw new Error('the console has no picture');
  return name;
}
