import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@funcgraph/api';

export interface Credentials {
  readonly endpoint: string;
  readonly gateway: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
}

/** The built server, in a process of its own over an empty data directory. */
export interface Target {
  readonly child: ChildProcess;
  readonly client: Client;
  readonly credentials: Credentials;
  /** Ms from spawn to ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** `profileDir`: where the server writes a CPU profile when it stops. */
export async function startTarget(profileDir?: string, extra: readonly string[] = []): Promise<Target> {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-bench-'));
  const main = fileURLToPath(new URL('../../packages/server/bundle/main.js', import.meta.url));
  const begin = performance.now();
  const args = [
    '--data-dir',
    dir,
    '--port',
    '0',
    '--gateway-port',
    '0',
    '--log-level',
    'warn',
    '--account-concurrency',
    '1000',
    ...extra,
  ];
  const flags = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  // as `fgs start` runs it
  flags.push('--max-semi-space-size=64');
  const child = spawn(process.execPath, [...flags, main, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message] = (await once(child, 'message')) as [{ event: string; message?: string }];
  if (message.event !== 'ready') throw new Error(`the server did not start: ${message.message}`);
  const readyMs = performance.now() - begin;
  const credentials = JSON.parse(readFileSync(join(dir, 'credentials.json'), 'utf8')) as Credentials;
  const { endpoint, access_key: accessKey, secret_key: secretKey } = credentials;
  return {
    child,
    credentials,
    readyMs,
    client: createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey } }),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function startBaseline(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('./baseline.ts', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { port, stop: () => child.kill('SIGTERM') };
}
