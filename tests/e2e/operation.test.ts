import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, deploy, runtimeOf } from '../functions.ts';
import { ROOT, runCli, TestServer } from '../server.ts';

const OPTIONS = { args: ['--sandbox', 'process'] };
const CODE = `exports.handler = async (event, context) => ({ said: event.say, secret: context.getUserData('key') });`;

let server: TestServer;
let folder: string;
let urn: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-operation-'));
  server = await TestServer.start(OPTIONS);
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'kept', runtime, files: { 'index.js': CODE }, userData: { key: 's3cret' } });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const dataIn = (name: string): string => join(folder, name, 'data');

/** Command lines of the guide, but for those that start a server. */
function commands(): string[][] {
  const guide = readFileSync(join(ROOT, 'docs/guides/operate.md'), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, text = '']) => text.split('\n'));
  return blocks
    .filter((line) => line.startsWith('npx fgs ') && !line.startsWith('npx fgs start'))
    .map((line) => line.replace('/backup', folder).replace('./restored', dataIn('restored')).split(' ').slice(2));
}

it('the commands of the guide back up a running server, verify, restore and check, and the restored one serves', async () => {
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
  const restored = await runCli(['check', '--data-dir', dataIn('restored')], {});
  expect(restored.stdout.toString()).toMatch(/warn {2}code folders .*\n.*The next start unpacks them again/);
  expect(restored.exitCode).toBe(0);

  await server.kill('SIGTERM');
  rmSync(join(server.dataDir, 'artifacts'), { recursive: true });
  await using second = await TestServer.start({ ...OPTIONS, folder: join(folder, 'restored') });
  const { text } = await call(second, urn, { say: 'hello' });
  expect(JSON.parse(text)).toEqual({ said: 'hello', secret: 's3cret' });
  expect((await runCli(['check', '--data-dir', second.dataDir], {})).stdout.toString()).not.toContain(
    'warn  code folders',
  );
});
