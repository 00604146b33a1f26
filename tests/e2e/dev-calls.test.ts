import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, PATIENCE, type RawAnswer, unsigned } from '../functions.ts';
import { runCli } from '../server.ts';
import { dev } from './dev-session.ts';
import { ShopProjects } from './shop-projects.ts';

const SAVES = 30;

let projects: ShopProjects;
beforeAll(async () => {
  projects = await ShopProjects.open();
});
afterAll(() => projects?.[Symbol.asyncDispose]());

// a busy machine may take long for anything, which is no error here
const PROJECT = `name: saved
functions:
  saved:
    folder: ./saved
    runtime: Node.js
    handler: index.handler
    timeout: 120
    initializer_timeout: 120
    triggers:
      web: { path: /saved, auth: none, wait: 60000 }
`;

const code = (answer: number): string => `exports.handler = async (event, context) => {
  await new Promise((resolve) => setTimeout(resolve, event.wait ?? 0));
  return { statusCode: 200, headers: {}, isBase64Encoded: false, body: '${answer}' };
};
`;

test('while fgs dev deploys save after save, all calls succeed, and none gets older code than one before', async () => {
  const folder = await projects.copy();
  const file = join(folder, 'funcgraph.yaml');
  const source = join(folder, 'saved/index.js');
  const save = async (answer: number): Promise<void> => {
    await writeFile(`${source}~`, code(answer));
    await rename(`${source}~`, source);
  };
  await mkdir(join(folder, 'saved'));
  await writeFile(file, PROJECT);
  await save(0);

  const { server } = projects;
  const { region, project_id } = server.credentials;
  const urn = `urn:fss:${region}:${project_id}:function:default:saved`;
  /** The newest code that has answered. */
  let seen = 0;
  let calls = 0;
  let isOver = false;
  const faults: string[] = [];

  async function callAgain(ask: () => Promise<RawAnswer>, answerOf: (text: string) => string): Promise<void> {
    while (!isOver && faults.length === 0) {
      const before = seen;
      const { status, text } = await ask().catch((error: unknown) => ({ status: 0, text: String(error) }));
      const answer = status === 200 ? Number(answerOf(text)) : 0;
      if (status !== 200 || !(answer >= before)) faults.push(`status ${status} after code ${before}: ${text}`);
      seen = Math.max(seen, answer);
      calls += 1;
    }
  }

  await dev({ file, environment: projects.environment() }, async (shown) => {
    await expect.poll(shown, PATIENCE).toContain('saved: watching');
    const direct = (wait: number) =>
      callAgain(
        () => call(server, urn, { wait }),
        (text) => JSON.parse(text).body,
      );
    const { stdout } = await runCli(['triggers', 'list', 'saved', '--field', 'url'], projects.environment());
    const callers = [
      direct(0),
      direct(40),
      callAgain(
        () => unsigned(stdout.toString().trim(), {}),
        (text) => text,
      ),
    ];
    const isDone = Promise.all(callers);
    for (let answer = 1; answer <= SAVES; answer += 1) {
      const next = calls + 3;
      await save(answer);
      // some saves come during a deploy, some after one
      const isAwaited = () => (answer % 3 === 0 ? seen < answer : calls < next);
      while (faults.length === 0 && isAwaited()) {
        await pause(5);
        if (shown().includes('error ')) faults.push('a deploy failed');
      }
    }
    isOver = true;
    await isDone;
    expect(faults, shown()).toEqual([]);
  });
  expect(seen).toBe(SAVES);
  const { exitCode } = await runCli(['destroy', '--yes', '--file', file], projects.environment());
  expect(exitCode).toBe(0);
});
