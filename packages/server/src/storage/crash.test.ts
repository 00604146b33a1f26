import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { newPlace } from './testing.ts';
import { openAt } from './testing-place.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-storage-crash-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const writer = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url));

/** Runs the writer until it has noted `atLeast` ids, kills it, and returns every id it acknowledged. */
async function writeAndKill(place: string, run: number, atLeast: number): Promise<string[]> {
  const notes = join(dir, `notes-${run}`);
  const args = ['--conditions=@funcgraph/source', writer, place, String(run), notes, String(atLeast)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', () => child.kill('SIGKILL'));
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  return readFileSync(notes, 'utf8').split('\n').slice(0, -1);
}

it('holds every acknowledged row after the process was killed again and again', { timeout: 120_000 }, async () => {
  const place = await newPlace(dir);
  const acknowledged: string[] = [];
  for (let run = 0; run < 4; run += 1) acknowledged.push(...(await writeAndKill(place, run, 150 + run * 97)));
  const storage = await openAt(place);
  const stored = new Set((await storage.db.selectFrom('message').select('id').execute()).map((row) => row.id));
  const check = await storage.check();
  if (storage.kind === 'sqlite') {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(storage.db);
    expect(rows).toEqual([{ integrity_check: 'ok' }]);
  }
  await storage.close();
  expect(acknowledged.length).toBeGreaterThan(1000);
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  // the check must warn of a PostgreSQL that does not wait for its disk, as that of the tests
  expect(check).toMatchObject(
    storage.kind === 'sqlite' ? { ok: true } : { ok: false, detail: expect.stringContaining('; fsync is off') },
  );
});
