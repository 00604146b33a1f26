import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { openStorage } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-storage-crash-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const writer = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url));

/** Runs the writer until it has noted `atLeast` things, kills it, and returns every id it acknowledged. */
async function writeAndKill(file: string, run: number, atLeast: number): Promise<string[]> {
  const notes = join(dir, `notes-${run}`);
  const args = ['--conditions=@funcgraph/source', '--import', 'tsx', writer, file, String(run), notes, String(atLeast)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', () => child.kill('SIGKILL'));
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  return readFileSync(notes, 'utf8').split('\n').slice(0, -1);
}

it('holds every acknowledged row after the process was killed again and again', { timeout: 120_000 }, async () => {
  const file = join(dir, 'crash.sqlite');
  const acknowledged: string[] = [];
  for (let run = 0; run < 6; run += 1) acknowledged.push(...(await writeAndKill(file, run, 150 + run * 97)));
  const storage = await openStorage({ file });
  const stored = new Set((await storage.db.selectFrom('message').select('id').execute()).map((row) => row.id));
  const check = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(storage.db);
  await storage.close();
  expect(acknowledged.length).toBeGreaterThan(1500);
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  expect(check.rows).toEqual([{ integrity_check: 'ok' }]);
});
