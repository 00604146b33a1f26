import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@funcgraph/api';
import type { Secret } from '../../packages/server/src/lib/secret.ts';
import { ANY_PORTS } from '../server.ts';

export interface Credentials {
  readonly endpoint: string;
  readonly gateway: string;
  readonly storage: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
}

/** The built server, in a process of its own over an empty data directory. */
export interface Target {
  /** Of the server; as root a launcher is its parent. */
  readonly pid: number;
  /** The process above server, agent and instances. */
  readonly root: number;
  readonly client: Client;
  readonly credentials: Credentials;
  /** Ms from spawn to ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

export interface TargetOptions {
  /** Where the server writes a CPU profile when it stops. */
  readonly profileDir?: string | undefined;
  /** More flags of the server. */
  readonly extra?: readonly string[];
  /** PostgreSQL in the place of SQLite. */
  readonly database?: Secret | undefined;
}

export async function startTarget({ profileDir, extra = [], database }: TargetOptions = {}): Promise<Target> {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-bench-'));
  const main = fileURLToPath(new URL('../../packages/server/bundle/main.js', import.meta.url));
  const begin = performance.now();
  const args = ['--data-dir', dir, ...ANY_PORTS, '--log-level', 'warn', '--account-concurrency', '1000', ...extra];
  const flags = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  // as `fgs start` runs it
  flags.push('--max-semi-space-size=64');
  const child = spawn(process.execPath, [...flags, main, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...(database === undefined ? {} : { FGS_DATABASE_URL: database.reveal() }) },
  });
  const [message] = (await once(child, 'message')) as [{ event: string; message?: string; pid?: number }];
  if (message.event !== 'ready') throw new Error(`the server did not start: ${message.message}`);
  const readyMs = performance.now() - begin;
  const credentials = JSON.parse(readFileSync(join(dir, 'credentials.json'), 'utf8')) as Credentials;
  const { endpoint, access_key: accessKey, secret_key: secretKey } = credentials;
  return {
    pid: message.pid ?? 0,
    root: child.pid ?? 0,
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
  const child = spawn(process.execPath, [fileURLToPath(new URL('./baseline.ts', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { port, stop: () => child.kill('SIGTERM') };
}
