import { type Client, createClient } from '@funcgraph/api';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { test as base, expect, inject } from 'vitest';
import type { Tenant } from '../../../tests/functions.ts';
import { type ProgramRun, runCli } from '../../../tests/server.ts';
import { type Language, preferencesScript, type Theme } from './views.ts';

export { look } from './views.ts';

const TIMEOUT_MS = 60_000;
const SIZE = { width: 1280, height: 800 };
/** The server of all journeys. */
export class Platform implements Tenant {
  readonly #given = inject('consoleServer');
  readonly api: Client;

  constructor() {
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
  readonly language?: Language;
  readonly theme?: Theme;
  /** Whether to sign in as the first user. */
  readonly signedIn?: boolean;
}

/** A person at a browser of their own. */
export class Visitor {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #platform: Platform;
  readonly #complaints: string[] = [];
  readonly #expected: RegExp[] = [];

  private constructor(platform: Platform, context: BrowserContext, page: Page) {
    this.page = page;
    this.#context = context;
    this.#platform = platform;
    page.on('pageerror', ({ message }) => this.#complaints.push(`error in the page: ${message}`));
    page.on('console', (message) => {
      const isComplaint = message.type() === 'error' || message.type() === 'warning';
      if (isComplaint) this.#complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`);
    });
  }

  static async arrive(platform: Platform, browser: Browser, visit: Visit): Promise<Visitor> {
    const { language = 'zh-CN', theme = 'light', signedIn = true } = visit;
    const context = await browser.newContext({ viewport: SIZE, reducedMotion: 'reduce', baseURL: platform.endpoint });
    await context.addInitScript(preferencesScript(language, theme));
    context.setDefaultTimeout(TIMEOUT_MS);
    const visitor = new Visitor(platform, context, await context.newPage());
    if (signedIn) await visitor.signIn();
    return visitor;
  }

  /** Opens a page of the console and waits for its heading. */
  async open(path: string): Promise<void> {
    await this.page.goto(`/console${path}`);
    await this.page.waitForSelector('h1');
  }

  /** Without the page, which the journey about signing in uses. */
  async signIn({ name, password }: { name: string; password: string } = this.#firstUser): Promise<void> {
    const { status } = await this.#send('POST', { name, password });
    expect(status).toBe(200);
  }

  async #send(method: string, body: unknown) {
    const response = await this.#context.request.fetch(`${this.#platform.endpoint}/v1/console/session`, {
      method,
      headers: { 'X-Fgs-Console': '1', Origin: this.#platform.endpoint, 'Sec-Fetch-Site': 'same-origin' },
      data: body,
    });
    return { status: response.status() };
  }

  get #firstUser() {
    const { user, password } = this.#platform.credentials;
    return { name: user, password };
  }

  /** Requests that a journey makes fail are reported by the browser itself. */
  expectComplaint(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** Ends the visit; no script may have failed or complained. */
  async leave(): Promise<void> {
    await this.#context.close();
    const unexpected = this.#complaints.filter(
      (complaint) => !this.#expected.some((pattern) => pattern.test(complaint)),
    );
    expect(unexpected).toEqual([]);
  }
}

interface Fixtures {
  readonly platform: Platform;
  readonly browser: Browser;
  /** Opens a browser of its own; what it complains about fails the journey. */
  readonly visit: (visit?: Visit) => Promise<Visitor>;
}

/** A journey: what a person does in the browser and sees there. */
export const journey = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
  platform: async ({}, use) => use(new Platform()),
  // biome-ignore lint/correctness/noEmptyPattern: as above
  browser: async ({}, use) => {
    const browser = await chromium.connect(inject('consoleBrowser'));
    await use(browser);
    await browser.close();
  },
  visit: async ({ platform, browser }, use) => {
    const visitors: Visitor[] = [];
    await use(async (visit = {}) => {
      const visitor = await Visitor.arrive(platform, browser, visit);
      visitors.push(visitor);
      return visitor;
    });
    for (const visitor of visitors) await visitor.leave();
  },
});
