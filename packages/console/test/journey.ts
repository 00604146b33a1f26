import { type Client, createClient } from '@funcgraph/api';
import { type APIResponse, type Browser, type Cookie, chromium, type Page } from 'playwright-core';
import { test as base, expect, inject } from 'vitest';
import type { Tenant } from '../../../tests/functions.ts';
import { type Credentials, type ProgramRun, runCli } from '../../../tests/server.ts';
import { isInConsole, rest, type Tab, Tabs } from './tabs.ts';
import { choosePreferences } from './views.ts';
import { go, isAt } from './walk.ts';

export { look } from './views.ts';

const SNAPSHOT_MS = 10_000;
const SNAPSHOT_CHARS = 8 * 1024;

/** A server, as `fgs` and its owner see it. */
interface ServerPlace {
  readonly credentials: Credentials;
  readonly dataDir: string;
}

/** The server of all journeys, unless another one is given. */
export class Platform implements Tenant {
  readonly #given: ServerPlace;
  readonly api: Client;

  constructor(given: ServerPlace = inject('consoleServer')) {
    this.#given = given;
    const { endpoint, access_key: accessKey, secret_key: secretKey } = this.credentials;
    this.api = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey } });
  }

  get credentials() {
    return this.#given.credentials;
  }

  /** By name: browsers keep cookies of 127.0.0.1 and localhost apart, and call the latter secure. */
  get endpoint(): string {
    return this.credentials.endpoint.replace('127.0.0.1', 'localhost');
  }

  fgs(args: readonly string[], input = ''): Promise<ProgramRun> {
    return runCli(args, { FGS_DATA_DIR: this.#given.dataDir }, input);
  }
}

export interface Visit {
  /** Whether as the first user. */
  readonly signedIn?: boolean;
  /** A server of the journey itself. */
  readonly at?: Platform;
}

/** A person at a browser of their own. */
export class Visitor {
  readonly page: Page;
  readonly #tab: Tab;
  readonly #platform: Platform;
  readonly #complaints: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(platform: Platform, tab: Tab) {
    this.page = tab.page;
    this.#tab = tab;
    this.#platform = platform;
    this.page.on('pageerror', ({ message }) => this.#complaints.push(`error in the page: ${message}`));
    this.page.on('console', (message) => {
      const isComplaint = message.type() === 'error' || message.type() === 'warning';
      if (isComplaint) this.#complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`);
    });
  }

  /** Leads to a page of the console and waits for its heading; within the console if it is loaded. */
  async open(path: string): Promise<void> {
    if (isInConsole(this.page) && !isAt(this.page, path)) await go(this.page, path);
    else await this.load(path);
  }

  /** Loads the console anew with a page, and waits for its heading. */
  async load(path: string): Promise<void> {
    await this.page.goto(`/console${path}`);
    await this.page.waitForSelector('h1');
  }

  /** Without the page, which the journey about signing in uses. */
  async signIn({ name, password }: { name: string; password: string } = this.#firstUser): Promise<void> {
    const session = `${this.#platform.endpoint}/v1/console/session`;
    expect((await this.send('POST', session, { name, password })).status()).toBe(200);
  }

  /** A request as pages of the console make it. */
  send(method: string, url: string, body?: unknown): Promise<APIResponse> {
    const headers = { 'X-Fgs-Console': '1', Origin: this.#platform.endpoint, 'Sec-Fetch-Site': 'same-origin' };
    return this.#tab.context.request.fetch(url, { method, headers, data: body });
  }

  get #firstUser() {
    const { user, password } = this.#platform.credentials;
    return { name: user, password };
  }

  /** Requests that a journey makes fail are reported by the browser itself. */
  expectComplaint(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** What the person sees, for the log of a failed journey. */
  async describe(): Promise<string> {
    const seen = await this.page.locator('body').ariaSnapshot({ timeout: SNAPSHOT_MS }).catch(String);
    return [this.page.url(), ...this.#complaints, seen.slice(0, SNAPSHOT_CHARS)].join('\n');
  }

  /** No script may have failed or complained. */
  expectNoComplaint(): void {
    const unexpected = this.#complaints.filter(
      (complaint) => !this.#expected.some((pattern) => pattern.test(complaint)),
    );
    expect(unexpected).toEqual([]);
  }
}

interface Fixtures {
  readonly platform: Platform;
  readonly browser: Browser;
  /** Of the server of all journeys. */
  readonly tabs: Tabs;
  /** Cookies of a session of the first user, which no journey may end. */
  readonly session: readonly Cookie[];
  /** Opens a browser of its own; what it complains about fails the journey. */
  readonly visit: (visit?: Visit) => Promise<Visitor>;
}

/** A journey: what a person does in the browser and sees there. */
export const journey = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
  platform: [async ({}, use) => use(new Platform()), { scope: 'worker' }],
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
    async ({}, use) => {
      const browser = await chromium.connect(inject('consoleBrowser'));
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  tabs: [async ({ browser, platform }, use) => use(new Tabs(browser, platform.endpoint)), { scope: 'worker' }],
  session: [
    async ({ platform, tabs }, use) => {
      const tab = await tabs.take();
      await new Visitor(platform, tab).signIn();
      const cookies = await tab.context.cookies();
      await tabs.giveBack(tab);
      await use(cookies);
    },
    { scope: 'worker' },
  ],
  visit: async ({ platform, browser, tabs, session, task }, use) => {
    const visits: { readonly tab: Tab; readonly visitor: Visitor; readonly at: Platform }[] = [];
    await use(async ({ signedIn = true, at = platform } = {}) => {
      const tab = await (at === platform ? tabs : new Tabs(browser, at.endpoint)).take();
      const visitor = new Visitor(at, tab);
      visits.push({ tab, visitor, at });
      if (!signedIn) await rest(tab.page);
      await choosePreferences(tab.page, 'zh-CN', 'light');
      if (!signedIn) return visitor;
      if (at === platform) await tab.context.addCookies(session);
      else await visitor.signIn();
      return visitor;
    });
    if (task.result?.state === 'fail') {
      for (const { visitor } of visits) process.stderr.write(`\npage of «${task.name}»: ${await visitor.describe()}\n`);
    }
    for (const { tab, at } of visits) await (at === platform ? tabs.giveBack(tab) : tab.context.close());
    for (const { visitor } of visits) visitor.expectNoComplaint();
  },
});
