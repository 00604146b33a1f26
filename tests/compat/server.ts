import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { FunctionGraphClient } from '@huaweicloud/huaweicloud-sdk-functiongraph';

const MAIN = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));

/** What a first start writes for its user. */
export interface Credentials {
  readonly endpoint: string;
  readonly region: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly user: string;
  readonly password: string;
}

/** A server process of its own, with a data directory that goes away with it. */
export interface CompatServer {
  readonly credentials: Credentials;
  /** The official client, signed with the first account's key. */
  readonly client: FunctionGraphClient;
  /** Ends the process as an operator would, starts another one over the same data, and gives its addresses. */
  restart(): Promise<CompatServer>;
  stop(): Promise<void>;
}

/** Starts the real server on free ports. Fails with its output when it does not come up. */
export async function startCompatServer(): Promise<CompatServer> {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-compat-'));
  // the official SDK writes a file into the home directory
  process.env.HOME = dir;
  return start(dir);
}

async function start(dir: string): Promise<CompatServer> {
  const child = await boot(join(dir, 'data'));
  const credentials = JSON.parse(readFileSync(join(dir, 'data', 'credentials.json'), 'utf8')) as Credentials;
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  return {
    credentials,
    client: connect(credentials),
    async restart() {
      await end();
      return start(dir);
    },
    async stop() {
      await end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function connect({ access_key, secret_key, project_id, endpoint }: Credentials): FunctionGraphClient {
  const credential = new BasicCredentials().withAk(access_key).withSk(secret_key).withProjectId(project_id);
  return FunctionGraphClient.newBuilder().withCredential(credential).withEndpoint(endpoint).build();
}

async function boot(dataDir: string): Promise<ChildProcess> {
  const args = ['--data-dir', dataDir, '--port', '0', '--gateway-port', '0', '--log-level', 'warn'];
  const child = fork(MAIN, args, {
    execArgv: ['--conditions=@funcgraph/source', '--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8192);
    });
  }
  const message = once(child, 'message').then(([told]) => told as { event: string });
  const exited = once(child, 'exit').then(() => ({ event: 'exited' }));
  const { event } = await Promise.race([message, exited]);
  if (event !== 'ready') {
    child.kill('SIGKILL');
    throw new Error(`the server did not start (${event}):\n${output}`);
  }
  return child;
}
