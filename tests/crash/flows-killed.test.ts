import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder } from './account-folder.ts';
import { FlowAccount } from './flow-account.ts';
import { loadUntilKilled } from './until-killed.ts';

const ROUNDS = 4;
const RUNS_A_ROUND = 120;

let server: TestServer;
let folder: AccountFolder;
let flow: FlowAccount;

beforeAll(async () => {
  folder = new AccountFolder();
  server = await TestServer.start({ args: ACCOUNTING });
  flow = await FlowAccount.open(server, 'killed', { folder: folder.path, ms: 5 });
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

it('every accepted run ends, and no node that finished runs again, however often the server is killed', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = 20 + Math.floor(Math.random() * (RUNS_A_ROUND - 20));
    const send = (n: number): Promise<void> => flow.start(server, n);
    await loadUntilKilled(server, { first: round * RUNS_A_ROUND, most: RUNS_A_ROUND, killAt, send });
    await server.restart();
  }
  await flow.settle(server);
  expect(flow.accepted.size).toBeGreaterThan(100);
});
