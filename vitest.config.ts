import { defineConfig } from 'vitest/config';

// no 'import' here: Node would hand ES modules to `require` too
const source = {
  resolve: { conditions: ['@funcgraph/source'] },
  ssr: { resolve: { conditions: ['@funcgraph/source', 'node'] } },
};

/**
 * Slow projects start real servers and sandboxes: their files run one after another. A test that fails is tried once more,
 * since the machine may be busy with something else; the reporter names those that needed it.
 */
const slow = (name: string, include: string[]) => ({
  ...source,
  test: { name, include, fileParallelism: false, testTimeout: 60_000, hookTimeout: 180_000, retry: 1 },
});

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.ts'],
    projects: [
      { ...source, test: { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'] } },
      { ...source, test: { name: 'integration', include: ['packages/*/test/**/*.test.ts'], testTimeout: 20_000 } },
      slow('runtimes', ['packages/runtimes/conformance/**/*.test.ts']),
      slow('e2e', ['tests/e2e/**/*.test.ts']),
      slow('compat', ['tests/compat/**/*.test.ts']),
      slow('crash', ['tests/crash/**/*.test.ts']),
    ],
  },
});
