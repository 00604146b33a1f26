import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client, createClient } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { ANY_PORTS, type Credentials, ROOT, SERVER } from '../server.ts';

const PATIENCE = { timeout: 120_000, interval: 250 };
let folder: string;
let dataDir: string;
let stop: (() => Promise<unknown>) | undefined;
let api: Client;
let endpoint: string;
let project: string;
let urn: string;

async function start(): Promise<void> {
  const flags = ['--data-dir', dataDir, ...ANY_PORTS, '--log-level', 'silent'];
  const args = [...flags, '--sandbox', 'process'];
  const env = { ...process.env, FGS_MIN_FREE_DISK: '64MB', FGS_PREWARM: '0', FGS_ROOT_WITHOUT_ISOLATION: 'allow' };
  const options = { cwd: ROOT, env, execArgv: [] };
  const child = fork(SERVER, args, { ...options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  stop = () => {
    child.kill('SIGTERM');
    return exited;
  };
  const [message] = (await Promise.race([once(child, 'message'), exited])) as [{ event?: string }];
  expect(message).toMatchObject({ event: 'ready' });
  const credentials = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
  ({ endpoint, project_id: project } = credentials);
  const auth = { kind: 'key', accessKey: credentials.access_key, secretKey: credentials.secret_key } as const;
  api = createClient({ endpoint, auth });
}

const body = (name: string) => ({
  func_name: name,
  package: 'default',
  runtime: 'Custom',
  handler: 'bootstrap',
  timeout: 10,
  memory_size: 128,
  code_type: 'zip',
  func_code: { file: fakeZip([{ name: 'bootstrap', data: '#!/bin/sh\nexit 1' }]).toString('base64') },
});
const newFunction = (name: string) =>
  api.call('createFunction', { params: { project_id: project }, body: body(name) as never });
const ready = async (): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${endpoint}/v1/ready`);
  return { status: response.status, body: await response.json() };
};
const list = async (): Promise<number> =>
  (await api.call('listFunctions', { params: { project_id: project } })).data.functions.length;
/** The call was accepted, with any answer of the function. */
const call = async (): Promise<number> => {
  const params = { project_id: project, function_urn: urn };
  const { status } = await api.bytes('invokeFunction', { params, body: new TextEncoder().encode('{}') });
  return status;
};

function fill(): void {
  const room = join(dataDir, 'fill');
  try {
    for (let n = 0; n < 4096; n += 1) writeFileSync(room, Buffer.alloc(64 * 1024), { flag: 'a' });
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}

describe.runIf(process.getuid?.() === 0)('a full disk', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-full-'));
    dataDir = join(folder, 'data');
    mkdirSync(dataDir);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0711', 'tmpfs', dataDir]);
    await start();
    urn = (await newFunction('before')).data.func_urn;
  });
  afterAll(async () => {
    await stop?.();
    execFileSync('umount', ['-l', dataDir]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('turns readiness and refuses changes with the reason, while reads and calls go on', async () => {
    expect(await ready()).toEqual({
      status: 200,
      body: { ready: true, disk: true, database: true, agent: true, draining: false },
    });
    fill();
    await expect.poll(ready, PATIENCE).toMatchObject({ status: 503, body: { ready: false, disk: false } });
    const refused = await newFunction('during').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ status: 507, code: 'FSS.0507', hint: expect.stringContaining('Delete functions') });
    const event = { params: { project_id: project, function_urn: urn }, body: {} };
    await expect(api.call('asyncInvokeFunction', event)).rejects.toMatchObject({ status: 507 });
    expect(await list()).toBe(1);
    expect(await call()).toBe(200);
  });

  it('does not prevent a start', async () => {
    await stop?.();
    fill();
    await start();
    expect(await ready()).toMatchObject({ status: 503, body: { disk: false } });
    expect(await list()).toBe(1);
    expect(await call()).toBe(200);
    await expect(newFunction('during')).rejects.toMatchObject({ status: 507 });
  });

  it('is over when there is room again', async () => {
    rmSync(join(dataDir, 'fill'));
    await expect.poll(ready, PATIENCE).toMatchObject({ status: 200 });
    await newFunction('after');
    expect(await list()).toBe(2);
  });
});
