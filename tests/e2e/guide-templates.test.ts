import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeCli, ROOT, TestServer } from '../server.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await TestServer.start();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-guide-'));
  await placeCli(folder);
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** All commands of a page, in their order, as one script that ends at the first that fails. */
async function commandsOf(guide: string): Promise<string> {
  const text = await readFile(join(ROOT, 'docs/guides', guide), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands);
  return ['set -ex', ...blocks].join('\n').replaceAll('npx fgs', join(folder, 'fgs'));
}

test('every command of the templates guide works as it stands there', { timeout: 180_000 }, async () => {
  const cwd = await mkdtemp(join(folder, 'work-'));
  const env = { PATH: process.env.PATH, FGS_DATA_DIR: server.dataDir };
  const script = await commandsOf('templates.md');
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile('/bin/bash', ['-c', script], { cwd, env }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, stdout: out, stderr: err }),
    );
  });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  expect(stdout).toContain('inbox: created, inbox-receiver (receiver), inbox-router (router)\n');
  expect(stdout.match(/\{"message":"Hello, Ada!"\}/g)).toHaveLength(2);
  const { data } = await server.api.call('listFunctions', { params: { project_id: server.credentials.project_id } });
  expect(data.functions).toEqual([]);
});
