import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy, runtimeOf } from '../functions.ts';
import { ROOT, runCli, TestServer } from '../server.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-operation-'));
  server = await TestServer.start({ args: ['--sandbox', 'process'] });
  const runtime = await runtimeOf(server, 'Node.js');
  await deploy(server, { name: 'kept', runtime, files: { 'index.js': 'exports.handler = async () => 1;' } });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Command lines of the guide, but for those that start a server. */
function commands(): string[][] {
  const guide = readFileSync(join(ROOT, 'docs/guides/operate.md'), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, text = '']) => text.split('\n'));
  return blocks
    .filter((line) => line.startsWith('npx fgs ') && !line.startsWith('npx fgs start'))
    .map((line) => line.replace('/backup', folder).replace('./restored', join(folder, 'restored')).split(' ').slice(2));
}

it('the commands of the guide back up a running server, verify, restore and check', { timeout: 180_000 }, async () => {
  const lines = commands();
  expect(lines.map(([noun = '', verb = '']) => `${noun} ${verb}`.trim())).toEqual([
    'backup create',
    'backup verify',
    'backup restore',
    'check',
  ]);
  for (const line of lines) {
    const { exitCode, stderr, stdout } = await runCli(line, { FGS_DATA_DIR: server.dataDir });
    expect(exitCode, `${line.join(' ')}\n${stderr}${stdout.toString()}`).toBe(0);
  }
  const restored = await runCli(['check', '--data-dir', join(folder, 'restored')], {});
  expect(restored.stdout.toString()).toMatch(/warn {2}code folders .*\n.*The next start unpacks them again/);
  expect(restored.exitCode).toBe(0);
});
