import type { TestProject } from 'vitest/node';
import { type Credentials, TestServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The operator's credentials of the server that files of this project share, each with an account of its own. */
    readonly sharedServer: Credentials;
  }
}

/** Starts the server of the accounts in `test-account.ts`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { HOME } = process.env;
  const server = await TestServer.start({ runtimes: project.getProvidedContext().preparedRuntimes });
  // the workers have homes of their own
  process.env.HOME = HOME;
  project.provide('sharedServer', server.credentials);
  return () => server.stop();
}
