import { relative } from 'node:path';
import type { Reporter, TestModule, TestSpecification } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints `N passed, N failed[, N skipped]` as the last line, so that a run without tests cannot look green. Before it,
 * a line of JSON for each file with a failed test, an error outside of its tests, or no end, because its process
 * crashed. `scripts/lanes.mjs` runs these again.
 */
// biome-ignore lint/style/noDefaultExport: Vitest loads a reporter by its default export
export default class CountReporter implements Reporter {
  #files: readonly TestSpecification[] = [];

  onTestRunStart(files: readonly TestSpecification[]): void {
    this.#files = files;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const lines = countLines(this.#files, modules, unhandledErrors);
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

/** The part of Vitest's types that is read here. */
export type RunFile = Pick<TestSpecification, 'moduleId' | 'project'>;

function countLines(
  files: readonly RunFile[],
  modules: readonly TestModule[],
  unhandledErrors: readonly unknown[],
): string[] {
  const errorFiles = unhandledErrors.map(fileOf);
  const counted = files.map(({ moduleId, project }) => {
    const module = modules.find((each) => each.moduleId === moduleId && each.project.name === project.name);
    const hasEnd = module !== undefined && module.state() !== 'queued' && module.state() !== 'pending';
    const counts = module === undefined ? { passed: 0, failed: 0, skipped: 0 } : countsOf(module);
    counts.failed += errorFiles.filter((file) => file === moduleId).length;
    if (counts.failed === 0 && !hasEnd) counts.failed = 1;
    return { project: project.name, file: relative(project.vitest.config.root, moduleId), ...counts, hasEnd };
  });
  const sum = (key: keyof Counts) => counted.reduce((total, counts) => total + counts[key], 0);
  // the error of a process that crashed names no file; the files without an end count in its place
  const known = new Set(files.map(({ moduleId }) => moduleId));
  const homeless = errorFiles.filter((file) => file === undefined || !known.has(file)).length;
  const failed = sum('failed') + (counted.every(({ hasEnd }) => hasEnd) ? homeless : 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  return [
    ...counted.filter((file) => file.failed > 0).map(({ hasEnd: _, ...file }) => JSON.stringify(file)),
    `${sum('passed')} passed, ${failed} failed${skipped}`,
  ];
}

/** The file that ran when an error came that no test caught. Vitest writes it on the error. */
function fileOf(error: unknown): string | undefined {
  const { VITEST_TEST_PATH: path } = error as { VITEST_TEST_PATH?: string };
  return path;
}

function countsOf(module: TestModule): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    counts[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
  }
  // hooks of a file, or the file itself, can fail without any test
  if (counts.failed === 0 && module.state() === 'failed') counts.failed = 1;
  return counts;
}
