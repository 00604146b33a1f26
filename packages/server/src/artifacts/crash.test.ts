import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { ArtifactStore } from './artifact-store.ts';

const dir = mkdtempSync(join(tmpdir(), 'funcgraph-artifacts-crash-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const uploader = fileURLToPath(new URL('./crash-uploader.fixture.ts', import.meta.url));

/** Uploads until `after` digests were printed, then kills the process at any point. */
async function uploadAndKill(run: number, after: number): Promise<string[]> {
  const args = ['--conditions=@funcgraph/source', uploader, dir, String(run)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let reported = '';
  child.stdout.on('data', (chunk: Buffer) => {
    reported += chunk.toString();
    if (reported.split('\n').length > after) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  return reported.split('\n').slice(0, -1);
}

it('shows only whole artifacts after its process was killed again and again', { timeout: 120_000 }, async () => {
  const stored: string[] = [];
  for (let run = 0; run < 5; run++) stored.push(...(await uploadAndKill(run, 3 + run)));
  const trees = readdirSync(join(dir, 'trees'));
  const blobs = readdirSync(join(dir, 'blobs'));
  expect(stored.length).toBeGreaterThan(20);
  expect(stored.filter((sha256) => !trees.includes(sha256) || !blobs.includes(sha256))).toEqual([]);
  for (const tree of trees) expect(readdirSync(join(dir, 'trees', tree, 'd'))).toHaveLength(20);
  for (const blob of blobs) {
    expect(
      createHash('sha256')
        .update(readFileSync(join(dir, 'blobs', blob)))
        .digest('hex'),
    ).toBe(blob);
  }
  const store = new ArtifactStore({ dir });
  await store.start();
  expect(readdirSync(join(dir, 'incoming'))).toEqual([]);
  expect(
    await store.sweep(
      async () => false,
      async () => true,
    ),
  ).toBeGreaterThanOrEqual(stored.length);
  expect([...readdirSync(join(dir, 'trees')), ...readdirSync(join(dir, 'blobs'))]).toEqual([]);
});
