import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Storage } from '../../storage/index.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { openTestBuckets, testCaller, textOf } from './testing.ts';

const writer = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url));
const caller = testCaller();
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

let folder: string;
let place: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-buckets-crash-'));
  place = await newPlace(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dir = (): string => join(folder, 'buckets');
const stored = (part: string): number =>
  readdirSync(join(dir(), part), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

/** Runs the writer until it prints a line that ends it, kills it, and returns what it acknowledged. */
async function writeAndKill(point: string, run: number, isEnd: (line: string, lines: number) => boolean) {
  const args = ['--conditions=@funcgraph/source', writer, place, dir(), point, String(run)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const lines = output.split('\n').slice(0, -1);
    if (isEnd(lines.at(-1) ?? '', lines.length)) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const lines = output.split('\n').slice(0, -1);
  return lines.filter((line) => line !== 'now').map((line) => line.split(' ') as [key: string, etag: string]);
}

/** Opens what is left as another server does, and lets it remove what is not needed. */
async function afterCrash(
  look: (read: (key: string) => Promise<string>, storage: Storage) => Promise<void>,
): Promise<void> {
  const storage = await openAt(place);
  try {
    const test = await openTestBuckets({ over: { storage, dir: dir() } });
    const read = async (key: string) => textOf((await test.buckets.get(caller, { bucket: 'photos', key })).bytes);
    await look(read, storage);
    test.clock.advance(Date.now());
    await test.upkeep.run(new AbortController().signal);
    const objects = await storage.db.selectFrom('bucket_object').selectAll().execute();
    expect([stored('files'), stored('incoming')]).toEqual([objects.length, 0]);
    const usage = await storage.db.selectFrom('bucket_usage').selectAll().executeTakeFirstOrThrow();
    const bytes = objects.reduce((sum, { size }) => sum + Number(size), 0);
    expect([Number(usage.objects), Number(usage.bytes)]).toEqual([objects.length, bytes]);
  } finally {
    await storage.close();
  }
}

it.each([
  ['body', 'first', { files: 1, incoming: 1 }],
  ['file', 'first', { files: 2, incoming: 0 }],
  ['row', 'second', { files: 2, incoming: 0 }],
] as const)(
  'killed at the point "%s" it leaves the %s object whole, and no file for ever',
  { timeout: 60_000 },
  async (point, text, left) => {
    await writeAndKill(point, 1, (line) => line === 'now');
    expect({ files: stored('files'), incoming: stored('incoming') }).toEqual(left);
    await afterCrash(async (read) => expect(await read('same')).toBe(`${text} 1`));
  },
);

it('killed under load again and again it has every acknowledged object, and only whole ones', {
  timeout: 120_000,
}, async () => {
  const acknowledged = new Map<string, string>();
  for (let run = 0; run < 2; run += 1) {
    for (const [key, etag] of await writeAndKill('load', run, (_line, lines) => lines > 60 + run * 37)) {
      if (key !== 'shared') acknowledged.set(key, etag);
    }
  }
  expect(acknowledged.size).toBeGreaterThan(40);
  await afterCrash(async (read, storage) => {
    const rows = await storage.db.selectFrom('bucket_object').select(['key', 'etag']).execute();
    const etags = new Map(rows.map(({ key, etag }) => [Buffer.from(key).toString('utf8'), etag]));
    for (const [key, etag] of acknowledged) expect(etags.get(key)).toBe(etag);
    for (const [key, etag] of etags) expect(md5(await read(key))).toBe(etag);
  });
});
