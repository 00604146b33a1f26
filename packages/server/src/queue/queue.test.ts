import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStorage } from '../storage/index.ts';
import { openInMemory } from '../storage/testing.ts';
import { queueConformance } from './conformance.ts';
import { Queue } from './index.ts';
import { takingConformance } from './taking-conformance.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-queue-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

queueConformance('in memory', () => openInMemory());

takingConformance('in memory', () => openInMemory());

let files = 0;
queueConformance('in a file', () => {
  files += 1;
  return openStorage({ file: join(dir, `queue-${files}.sqlite`) });
});

it('throws when the database returns more messages than were asked for', async () => {
  const storage = await openInMemory();
  const twice = storage.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => Promise.resolve({ ...result, rows: [...result.rows, ...result.rows] }),
  });
  const queue = await Queue.open({ storage: { ...storage, db: twice }, now: () => 5 });
  await queue.enqueue({ id: 'a', topic: 't', group: 'g', payload: Buffer.from('x') });
  await expect(queue.lease({ topic: 't', limit: 1, leaseMs: 10 })).rejects.toThrow(/claim of 1 .* returned 2/);
  await storage.close();
});
