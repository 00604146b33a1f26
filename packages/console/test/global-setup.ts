import { type BrowserServer, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { type Credentials, TestServer } from '../../../tests/server.ts';

const CHROMIUM = '/usr/bin/chromium-headless-shell';

declare module 'vitest' {
  interface ProvidedContext {
    readonly consoleServer: { readonly credentials: Credentials; readonly dataDir: string };
    /** Where Playwright reaches the browser. */
    readonly consoleBrowser: string;
  }
}

/** One real server with sandboxes and one browser for all journeys. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { preparedRuntimes } = project.getProvidedContext();
  const server = await TestServer.start({ runtimes: preparedRuntimes });
  let browser: BrowserServer | undefined;
  try {
    // Chromium has no sandbox of its own for root
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launchServer({ executablePath: CHROMIUM, args });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { credentials, dataDir } = server;
  project.provide('consoleServer', { credentials, dataDir });
  project.provide('consoleBrowser', browser.wsEndpoint());
  return async () => {
    await browser.close();
    await server.stop();
  };
}
