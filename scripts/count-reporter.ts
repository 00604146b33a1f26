import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints `N passed, N failed[, N skipped]` as the last line, so that a run without tests cannot look green. Before it,
 * a line of JSON for each file with a failed test, which `scripts/lanes.mjs` runs again.
 */
// biome-ignore lint/style/noDefaultExport: Vitest loads a reporter by its default export
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const failedFiles: string[] = [];
    for (const module of modules) {
      const { passed, failed, skipped } = countsOf(module);
      counts.passed += passed;
      counts.failed += failed;
      counts.skipped += skipped;
      if (failed === 0) continue;
      const { name: project, vitest } = module.project;
      const file = relative(vitest.config.root, module.moduleId);
      failedFiles.push(`${JSON.stringify({ project, file, passed, failed, skipped })}\n`);
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    process.on('exit', () => {
      process.stdout.write(`${failedFiles.join('')}${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
    });
  }
}

function countsOf(module: TestModule): { passed: number; failed: number; skipped: number } {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    counts[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
  }
  // hooks of a file, or the file itself, can fail without any test
  if (counts.failed === 0 && module.state() === 'failed') counts.failed = 1;
  return counts;
}
