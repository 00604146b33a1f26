import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

describe('a file that failed', () => {
  const failed = (file: string) => JSON.stringify({ project: 'e2e', file, passed: 4, failed: 2, skipped: 1 });
  const twoLanes = (files: string[]) => [
    lane(
      'servers',
      `console.log(${JSON.stringify([...files.map(failed), '9 passed, 2 failed, 1 skipped'].join('\n'))})`,
    ),
    lane('code', "console.log('5 passed, 0 failed')"),
  ];

  it('runs a second time, and the second result counts', async () => {
    const again = (project: string, file: string) => [
      '-e',
      `console.log(${JSON.stringify(`${project} ${file}`)} === 'e2e a.test.ts' ? '7 passed, 0 failed' : '')`,
    ];
    const counts = await runLanes(process.execPath, twoLanes(['a.test.ts']), again);
    expect(counts).toEqual({ passed: 17, failed: 0, skipped: 0 });
  });

  it('stays failed when it fails again, or ends without counts', async () => {
    const failing = () => ['-e', "console.log('6 passed, 1 failed')"];
    expect(await runLanes(process.execPath, twoLanes(['a.test.ts']), failing)).toMatchObject({ failed: 1 });
    expect(await runLanes(process.execPath, twoLanes(['a.test.ts']), () => ['-e', ''])).toMatchObject({ failed: 1 });
  });

  it('is not run again where so many failed that something is broken', async () => {
    const files = Array.from({ length: 13 }, (_, n) => `${n}.test.ts`);
    const never = () => ['-e', "console.log('7 passed, 0 failed')"];
    expect(await runLanes(process.execPath, twoLanes(files), never)).toMatchObject({ failed: 2 });
  });
});

it('run each project of the tests once', () => {
  const projects = config.test?.projects?.map((project) => (project as { test: { name: string } }).test.name) ?? [];
  const inLanes = LANES.flatMap(({ args }) => args.filter((_, n) => args[n - 1] === '--project'));
  expect(inLanes.sort()).toEqual(projects.sort());
});
