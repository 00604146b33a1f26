import type { TestProject } from 'vitest/node';
import { type Credentials, TestServer } from '../../../tests/server.ts';
import { startBrowser } from './chromium.ts';

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
  const server = await TestServer.start({
    runtimes: preparedRuntimes,
    args: ['--gateway-access-log', '64MB'],
  });
  const browser = await startBrowser().catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const { credentials, dataDir } = server;
  project.provide('consoleServer', { credentials, dataDir });
  project.provide('consoleBrowser', browser.endpoint);
  return async () => {
    await browser.close();
    await server.stop();
  };
}
