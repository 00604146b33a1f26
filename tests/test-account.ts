import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@funcgraph/api';
import type * as Sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { inject } from 'vitest';
import type { Tenant } from './functions.ts';
import { type Credentials, connect, connectSdk, type ProgramRun, runCli } from './server.ts';

/**
 * An account of its own on the server that the project shares, for tests that need no settings, no rights of the
 * operator and no restart: a server takes two seconds of a processor.
 */
export class TestAccount implements Tenant, AsyncDisposable {
  readonly credentials: Credentials;
  /** Our typed client, signed with the account's key. */
  readonly api: Client;
  /** Has the credentials where commands look for them, and nothing of the server. */
  readonly dataDir: string;
  #sdk: Sdk.FunctionGraphClient | undefined;

  private constructor(credentials: Credentials, dataDir: string) {
    this.credentials = credentials;
    this.api = connect(credentials);
    this.dataDir = dataDir;
  }

  static async open(): Promise<TestAccount> {
    const operator = inject('sharedServer');
    const body = { name: `test-${randomUUID()}` };
    const { data } = await connect(operator).call('createAccount', { body });
    const { project_id, access_key, secret_key, user, password } = data;
    const credentials = { ...operator, project_id, access_key, secret_key, user, password };
    const dataDir = await mkdtemp(join(tmpdir(), 'funcgraph-account-'));
    // the official SDK writes a file into the home directory
    process.env.HOME = dataDir;
    await writeFile(join(dataDir, 'credentials.json'), JSON.stringify(credentials), { mode: 0o600 });
    return new TestAccount(credentials, dataDir);
  }

  get endpoint(): string {
    return this.credentials.endpoint;
  }

  get gateway(): string {
    return this.credentials.gateway;
  }

  /** The official client, signed with the same key. */
  get sdk(): Sdk.FunctionGraphClient {
    this.#sdk ??= connectSdk(this.credentials);
    return this.#sdk;
  }

  /** Runs the CLI with the credentials of this account. */
  fgs(args: readonly string[], input = ''): Promise<ProgramRun> {
    return runCli(args, { FGS_DATA_DIR: this.dataDir }, input);
  }

  /** The account itself goes away with the server. */
  stop(): Promise<void> {
    return rm(this.dataDir, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
