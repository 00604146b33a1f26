import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './steps.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-counts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the reporter prints of a run of Vitest over `tests` in one process, in the order of their names. */
function countLines(tests: Record<string, string>): Promise<unknown[]> {
  const files = Object.entries(tests).map(([name, program]) => {
    const file = join(folder, `${name}.test.js`);
    writeFileSync(file, program);
    return file;
  });
  const flags = ['--globals', '--no-isolate', '--maxWorkers=1'];
  const args = ['run', '--root', folder, '--reporter', join(ROOT, 'scripts/count-reporter.ts')];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args, ...flags, ...files],
      { env: { ...process.env, VITEST: undefined }, cwd: ROOT },
      (_, stdout) => {
        const lines = stdout.trim().split('\n');
        resolve(lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : line)));
      },
    );
  });
}

it('names a file with an error outside of its tests', async () => {
  const lines = await countLines({
    good: "it('passes', () => {})",
    late: "it('passes', () => new Promise((done) => { setTimeout(() => { done(); throw new Error('late'); }); }))",
  });
  expect(lines).toEqual([
    { project: '', file: 'late.test.js', passed: 1, failed: 1, skipped: 0 },
    '2 passed, 1 failed',
  ]);
});

it('names the files that a crashed process leaves without an end', async () => {
  const lines = await countLines({
    first: "it('crashes', () => new Promise(() => process.kill(process.pid, 'SIGKILL')))",
    second: "it('never ran', () => {})",
  });
  expect(lines.at(-1)).toMatch(/^0 passed, 2 failed/);
  expect(lines.slice(0, -1)).toMatchObject([
    { file: 'first.test.js', failed: 1 },
    { file: 'second.test.js', failed: 1 },
  ]);
});
