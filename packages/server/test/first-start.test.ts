import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@funcgraph/api';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/composition/index.ts';
import type { Config } from '../src/config/index.ts';
import { FakeSandboxDriver } from '../src/instances/sandbox/fake/index.ts';
import { fakeConfig } from './fake-server.ts';

let folder: string;
let taken: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-first-'));
  taken = createServer();
  await new Promise<void>((done) => {
    taken.listen(0, '127.0.0.1', done);
  });
});
afterEach(async () => {
  taken.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(changes: Partial<Config> = {}): Promise<RunningServer> {
  const driver = new FakeSandboxDriver({ handler: () => '' });
  const config = await fakeConfig(folder, changes);
  return startServer(config, { log: pino({ level: 'silent' }), driver, runtimeDir: folder });
}

it.each(['port', 'gatewayPort', 'storagePort'] as const)(
  'a first start that finds %s taken leaves a directory that can be entered',
  async (key) => {
    const { port } = taken.address() as { port: number };
    await expect(start({ [key]: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const server = await start();
    try {
      const { endpoint, access_key, secret_key } = JSON.parse(await readFile(server.credentialsFile, 'utf8')) as Record<
        string,
        string
      >;
      expect(endpoint).toBe(server.endpoint);
      const auth = { kind: 'key', accessKey: access_key ?? '', secretKey: secret_key ?? '' } as const;
      const { status } = await createClient({ endpoint: server.endpoint, auth }).call('showDoctor', {});
      expect(status).toBe(200);
    } finally {
      await server.stop();
    }
  },
);
