import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { runCli, serverEnv } from '../testing/run-cli.ts';

const NODE = {
  ...{ id: 'home-1', name: 'node1 (17)', address: '10.0.0.5:8090', version: '1.0.0', runtimes: ['Python3.9'] },
  ...{ memory_mb: 2048, processors: 2, live: true, draining: false, this_server: true },
  last_heartbeat: '2026-03-10T12:00:00.000Z',
  load: { running: 3, waiting: 1, instances: 4, memory_mb: 512 },
  leases: ['alarms', 'triggers'],
};
const GONE = {
  ...{ ...NODE, id: 'home-2', name: 'node2 (4)', address: '10.0.0.6:8090', live: false, load: null },
  leases: Array.from({ length: 9 }, (_, n) => `consumer:${n}`),
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on('GET /v1/cluster/nodes', { body: { nodes: [NODE, GONE] } });
});
afterEach(() => server[Symbol.asyncDispose]());
const cli = (...argv: string[]) => runCli(argv, { env: serverEnv(server.endpoint) });

test('lists servers with their state, load and work', async () => {
  const { stdout } = await cli('cluster', 'status');
  expect(stdout).toMatch(/node1 \(17\) +live +10\.0\.0\.5:8090 +1\.0\.0 +3 +1 +4 +512 of 2048 .*alarms triggers/);
  expect(stdout).toMatch(/node2 \(4\) +gone .* \? +\? +\? +\? of 2048 .*consumer:5 and 3 more/);
  const json = JSON.parse((await cli('cluster', 'status', '--output', 'json')).stdout) as unknown[];
  expect(json[0]).toMatchObject({ id: 'home-1', load: NODE.load, leases: NODE.leases });
});

test('drains and undrains a server by its name, address or id', async () => {
  for (const verb of ['drain', 'undrain']) {
    server.on(`POST /v1/cluster/nodes/home-1/${verb}`, { body: { ...NODE, draining: verb === 'drain' } });
    for (const named of [NODE.name, NODE.address, NODE.id]) {
      expect(await cli('cluster', verb, named)).toMatchObject({ exitCode: 0 });
    }
    expect(server.requests(`POST /v1/cluster/nodes/home-1/${verb}`)).toHaveLength(3);
  }
});

test('names the servers that exist for one that does not, and asks nothing more', async () => {
  const { exitCode, stderr } = await cli('cluster', 'drain', 'node9');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('no server is called node9');
  expect(stderr).toContain('node1 (17), id home-1');
  expect(server.seen).toHaveLength(1);
});

test('a name that two servers have is not enough', async () => {
  server.on('GET /v1/cluster/nodes', { body: { nodes: [NODE, { ...GONE, name: NODE.name }] } });
  expect((await cli('cluster', 'drain', NODE.name)).stderr).toContain('more than one server is called node1 (17)');
});

test('removes a server after a confirmation, and shows why one is not removed', async () => {
  expect((await cli('cluster', 'remove', NODE.name)).stderr).toContain('--yes');
  server.on('DELETE /v1/cluster/nodes/home-2', { status: 204 });
  expect((await cli('cluster', 'remove', GONE.address, '--yes')).stdout).toContain('removed server node2 (4)');
  const body = { error_code: 'FSS.0409', error_msg: 'The server runs and takes work.', hint: 'Drain it first.' };
  server.on('DELETE /v1/cluster/nodes/home-1', { status: 409, body });
  const refused = await cli('cluster', 'remove', NODE.id, '--yes');
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('Drain it first.');
});
