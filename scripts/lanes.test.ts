import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import config from '../vitest.config.ts';
import { LANES, runLanes } from './lanes.mjs';

const lane = (name: string, program: string) => ({ name, args: ['-e', program] });
const run = (...programs: string[]) =>
  runLanes(
    process.execPath,
    programs.map((program, n) => lane(`${n}`, program)),
  );

it('sums up what all lanes counted', async () => {
  const counts = await run("console.log('5 passed, 0 failed')", "console.log('7 passed, 1 failed, 2 skipped')");
  expect(counts).toEqual({ passed: 12, failed: 1, skipped: 2 });
});

it('counts a lane as failed that ends without counts, or badly without a failed test', async () => {
  expect(await run('')).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(await run("console.log('3 passed, 0 failed'); process.exitCode = 1")).toMatchObject({ passed: 3, failed: 1 });
});

it('runs a last lane after the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-lanes-'));
  const place = JSON.stringify(join(folder, 'ended'));
  const last = lane(
    'last',
    `console.log(require('fs').existsSync(${place}) ? '1 passed, 0 failed' : '0 passed, 1 failed')`,
  );
  const first = lane(
    'first',
    `setTimeout(() => { require('fs').writeFileSync(${place}, ''); console.log('1 passed, 0 failed'); }, 200)`,
  );
  try {
    const counts = await runLanes(process.execPath, [{ ...last, isLast: true }, first]);
    expect(counts).toEqual({ passed: 2, failed: 0, skipped: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('run each project of the tests once', () => {
  const projects = config.test?.projects?.map((project) => (project as { test: { name: string } }).test.name) ?? [];
  const inLanes = LANES.flatMap(({ args }) => args.filter((_, n) => args[n - 1] === '--project'));
  expect(inLanes.sort()).toEqual(projects.sort());
});
