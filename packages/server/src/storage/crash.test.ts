import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { openStorage } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-storage-crash-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const writer = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url));

/** Runs the writer until it has acknowledged `atLeast` rows, kills it, and returns every id it acknowledged. */
function writeAndKill(file: string, run: number, atLeast: number): Promise<string[]> {
  const args = ['--conditions=@funcgraph/source', '--import', 'tsx', writer, file, String(run)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    lines += text.split('\n').length - 1;
    if (lines >= atLeast) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(output.split('\n').slice(0, -1));
      else reject(new Error(`the writer ended by itself: ${signal}`));
    });
  });
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
