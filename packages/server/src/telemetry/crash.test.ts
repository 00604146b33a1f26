import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { openTelemetry } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-telemetry-crash-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('holds every flushed line and record, and counts each record once, after its process was killed', {
  timeout: 60_000,
}, async () => {
  const started = Date.now();
  const writer = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url));
  const args = ['--conditions=@funcgraph/source', writer, dir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > 50) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const flushed = Number(output.trim().split('\n').at(-1));
  expect(flushed).toBeGreaterThanOrEqual(500);

  const onError = (error: unknown): never => {
    throw error;
  };
  const telemetry = await openTelemetry({ dir, retainDays: 3, clock: systemClock, onError });
  const range = { functionKey: 'p1/f', from: 0, to: Date.now() + 60_000 };
  const missing = new Set(Array.from({ length: flushed }, (_, n) => `r${n + 1}`));
  const unrecorded = new Set(missing);
  let records = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await telemetry.logs.query({
      ...range,
      limit: 5000,
      order: 'asc',
      ...(cursor === '' ? {} : { cursor }),
    });
    for (const line of page.lines) missing.delete(line.requestId);
    cursor = page.cursor;
  }
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await telemetry.records.list({ ...range, limit: 1000, ...(cursor === '' ? {} : { cursor }) });
    for (const record of page.records) unrecorded.delete(record.requestId);
    records += page.records.length;
    cursor = page.cursor;
  }
  const scope = { kind: 'function', functionKey: 'p1/f' } as const;
  const points = await telemetry.metrics.series({ scope, from: started, to: Date.now(), stepMs: 60_000 });
  await telemetry.close();
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(records);
  expect([...missing, ...unrecorded]).toEqual([]);
});
