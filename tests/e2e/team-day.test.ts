import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeCli, ROOT } from '../server.ts';
import { TestAccount } from '../test-account.ts';

/** All that the script may use beside `fgs` and bash. */
const COREUTILS = ['date', 'dirname', 'mktemp', 'rm', 'sort', 'tee', 'tr', 'uniq'];
const LAST = 'The team day worked';

let server: TestAccount;
let programs: string;

beforeAll(async () => {
  server = await TestAccount.open();
  programs = await mkdtemp(join(tmpdir(), 'funcgraph-team-day-'));
  await placeCli(programs);
  for (const name of COREUTILS) await symlink(`/usr/bin/${name}`, join(programs, name));
});
afterAll(async () => {
  await server?.stop();
  await rm(programs, { recursive: true, force: true });
});

interface Day {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function day(env: NodeJS.ProcessEnv = {}): Promise<Day> {
  const script = join(ROOT, 'examples/team-day/run.sh');
  const options = { env: { PATH: programs, FGS_DATA_DIR: server.dataDir, ...env } };
  return new Promise((resolve) => {
    execFile('/bin/bash', [script], options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : -1;
      resolve({ exitCode: error === null ? 0 : code, stdout, stderr });
    });
  });
}

const rows = async (...words: string[]): Promise<object[]> =>
  JSON.parse((await server.fgs([...words, '--output', 'json'])).stdout.toString()) as object[];

/** What a day leaves that broke off: a function with a dead letter, and a user. */
async function leaveTraces(): Promise<void> {
  await server.fgs(['iam', 'users', 'create', 'team-day-olga']);
  const deploy = ['functions', 'deploy', 'examples/team-day/v2', '--name', 'team-day-till', '--runtime', 'Node.js'];
  expect(await server.fgs([...deploy, '--handler', 'index.handler'])).toMatchObject({ exitCode: 0 });
  await server.fgs(['async', 'set', 'team-day-till', '--retries', '0']);
  const invoke = ['functions', 'invoke', 'team-day-till', '--async', '--field', 'request_id'];
  const id = (await server.fgs(invoke)).stdout.toString().trim();
  expect(await server.fgs(['invocations', 'wait', 'team-day-till', id])).toMatchObject({ exitCode: 6 });
  expect(await rows('dead-letters', 'list')).toContainEqual(expect.objectContaining({ id }));
}

test('a team has its day, also after one that broke off, and leaves nothing', { timeout: 600_000 }, async () => {
  await leaveTraces();
  const { exitCode, stdout, stderr } = await day();
  expect(exitCode, `${stderr}\n${stdout}`).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toContain(LAST);
  expect(await rows('functions', 'list')).toEqual([]);
  expect(await rows('dead-letters', 'list')).toEqual([]);
  expect(await rows('iam', 'users', 'list')).toMatchObject([{ name: 'admin' }]);
});

test('the day stops at the first thing that is not as said', async () => {
  const { exitCode, stdout } = await day({ FGS_ENDPOINT: 'http://127.0.0.1:9', FGS_CREDENTIALS: '' });
  expect(exitCode).toBe(5);
  expect(stdout).not.toContain(LAST);
});
