import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { OidcIssuer } from '../../../tests/oidc-issuer.ts';
import { type Credentials, TestServer } from '../../../tests/server.ts';
import { startBrowser } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly consoleServer: { readonly credentials: Credentials; readonly dataDir: string };
    /** Where Playwright reaches the browser. */
    readonly consoleBrowser: string;
  }
}

/** One real server with sandboxes, one issuer for signing in and one browser for all journeys. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { preparedRuntimes } = project.getProvidedContext();
  const issuer = await OidcIssuer.start();
  const secretFile = join(await mkdtemp(join(tmpdir(), 'funcgraph-oidc-')), 'secret');
  await writeFile(secretFile, issuer.client.secret);
  const oidc = ['--oidc-issuer', issuer.issuer, '--oidc-client-id', issuer.client.id, '--oidc-name', 'Example'];
  const server = await TestServer.start({
    runtimes: preparedRuntimes,
    args: ['--gateway-access-log', '64MB', ...oidc, '--oidc-client-secret-file', secretFile],
  });
  issuer.register([`${server.credentials.endpoint.replace('127.0.0.1', 'localhost')}/console/sign-in`]);
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
    await issuer[Symbol.asyncDispose]();
    await rm(dirname(secretFile), { recursive: true });
  };
}
