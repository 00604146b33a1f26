import { defineConfig } from 'vitest/config';
import { findPostgres } from './packages/server/src/storage/testing-cluster.ts';

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
  test: {
    name,
    include,
    globalSetup: ['tests/built-programs.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    retry: 1,
  },
});

const server = 'packages/server/src';
/** Over a real PostgreSQL: its own tests, and those of everything that keeps data. */
const postgres = [
  `${server}/**/*.postgres.test.ts`,
  `${server}/{storage,queue}/crash.test.ts`,
  `${server}/storage/changes/*.test.ts`,
  `${server}/storage/migrations/{0021-project-owners,0028-trigger-settings,0029-function-settings}.test.ts`,
  `${server}/iam/{accounts,directory-source}.test.ts`,
  `${server}/images/images.test.ts`,
  `${server}/control/{aliases,file-systems,gateway-apps,networks,tags,triggers,versions}/*.test.ts`,
  `${server}/control/{async-config/async-configs,dependencies/dependencies}.test.ts`,
  `${server}/control/{functions/{functions,quotas,catalog-source},reserved-instances/reserved-configs}.test.ts`,
  `${server}/invocation/async/dispatcher.test.ts`,
  `${server}/invocation/intake/intake.test.ts`,
  `${server}/invocation/destinations/deliverer.test.ts`,
];

/** The official SDK against a server with PostgreSQL: what stores something of its own. */
const compatOverPostgres = ['functions', 'versions', 'async', 'triggers', 'identity', 'dependencies'].map(
  (name) => `tests/compat/${name}.test.ts`,
);
const overPostgres = (name: string, include: string[], setupFiles: string[] = []) => ({
  ...source,
  test: {
    ...slow(name, include).test,
    ...(findPostgres() === undefined
      ? { include: ['tests/postgres-missing.test.ts'] }
      : { globalSetup: [...slow(name, include).test.globalSetup, 'tests/postgres-setup.ts'], setupFiles }),
  },
});

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.ts'],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.postgres.test.ts', '**/node_modules/**'],
        },
      },
      overPostgres('postgres', postgres),
      { ...source, test: { name: 'integration', include: ['packages/*/test/**/*.test.ts'], testTimeout: 20_000 } },
      slow('runtimes', ['packages/runtimes/conformance/**/*.test.ts']),
      slow('e2e', ['tests/e2e/**/*.test.ts']),
      slow('compat', ['tests/compat/**/*.test.ts']),
      overPostgres('compat-postgres', compatOverPostgres, ['tests/postgres-server.ts']),
      slow('crash', ['tests/crash/**/*.test.ts']),
    ],
  },
});
