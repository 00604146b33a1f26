import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { routeAddresses } from './packages/console/build/route-addresses.ts';
import { findPostgres } from './packages/server/src/storage/testing-cluster.ts';
import { LongestFirst } from './tests/longest-first.ts';

// no 'import' here: Node would hand ES modules to `require` too
const source = {
  resolve: { conditions: ['@funcgraph/source'] },
  ssr: { resolve: { conditions: ['@funcgraph/source', 'node'] } },
};

/**
 * Threads that tests start from sources: removing the types takes longer than most of their work. Programs that tests
 * start: the server compiles 2 MB.
 */
const compiled = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-compile') };

/** Each file has servers, ports, folders and databases of its own. `npm run verify` runs the groups at once. */
const computing = { maxWorkers: availableParallelism(), sequence: { groupOrder: 1 } };
/** Tests of real servers compute for about two fifths of their time. */
const waiting = { maxWorkers: 2 * availableParallelism(), sequence: { groupOrder: 2 } };
/** One file at a time, after the other servers and sandboxes. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 3 } };
/** One server and one browser. */
const browsing = { maxWorkers: 1, sequence: { groupOrder: 0 } };
/** The machine may be busy with something else: what a test waits for has two minutes to come. */
const patient = { testTimeout: 480_000, hookTimeout: 480_000, expect: { poll: { timeout: 120_000, interval: 10 } } };

/** Real servers and sandboxes. */
const real = (name: string, include: string[], exclude: string[] = []) => ({
  ...source,
  test: {
    ...waiting,
    ...patient,
    name,
    include,
    exclude,
    env: compiled,
    globalSetup: ['tests/built-programs.ts', 'tests/prepared-runtimes.ts'],
    setupFiles: ['tests/log-of-failures.ts'],
  },
});

/** Empties the packet filter of the whole machine; uses the ports of a compose file, and computes for minutes. */
const wholeMachine = ['tests/e2e/{network-isolation,guide-container}.test.ts'];

/** One server for the files that need no settings of their own. */
const sharing = (name: string, include: string[], exclude: string[] = []) => {
  const { test } = real(name, include, exclude);
  // nothing of a file stays but its modules, which take a second to load
  return { ...source, test: { ...test, globalSetup: [...test.globalSetup, 'tests/shared-server.ts'], isolate: false } };
};

const server = 'packages/server/src';
/** Each in a process of its own, since V8 crashes in those that started very many threads: those with more than three. */
const threads = [
  `${server}/{queue/queue,storage/{open,template},maintenance/backup}.test.ts`,
  `${server}/telemetry/{damage,derived-lines,lines-after,log-store,metrics/metrics}.test.ts`,
  `${server}/{iam/password-hasher,lib/worker-thread,triggers/brokers/{broker-readers,rabbitmq-readers,full-room},services/{buckets,gateway}/crash}.test.ts`,
  'packages/cli/src/code/deflate-threads.test.ts',
];
/** Over a real PostgreSQL: its own tests, and those of each store. The rest uses a database only through these. */
const postgres = [
  `${server}/**/*.postgres.test.ts`,
  `${server}/{storage,queue}/crash.test.ts`,
  `${server}/storage/changes/*.test.ts`,
  `${server}/storage/migrations/{0021-project-owners,0028-trigger-settings,0029-function-settings,0064-session-generations}.test.ts`,
  `${server}/iam/{accounts,directory-source,session-generations,console/console-sessions}.test.ts`,
  `${server}/images/images.test.ts`,
  `${server}/services/facts/*.test.ts`,
  `${server}/triggers/brokers/broker-state-store.test.ts`,
  `${server}/services/gateway/{gateway,crash}.test.ts`,
  `${server}/services/alarms/{alarm-store,crash}.test.ts`,
  `${server}/services/topics/fan-out.test.ts`,
  `${server}/triggers/lts/*.test.ts`,
  `${server}/services/streams/streams.test.ts`,
  `${server}/triggers/consumers/consumers.test.ts`,
  `${server}/services/buckets/{bucket-store,buckets,crash,object-expiry,uploads}.test.ts`,
  `${server}/flows/{definitions/{flow-store,flows},triggers/{flow-targets,flow-trigger-store,older-flows,read-triggers}}.test.ts`,
  `${server}/control/{aliases,file-systems,gateway-apps,networks,tags,triggers,versions}/*.test.ts`,
  `${server}/control/{async-config/async-configs,dependencies/dependencies}.test.ts`,
  `${server}/control/{functions/{functions,catalog-source},reserved-instances/reserved-configs}.test.ts`,
];

const overPostgres = (
  name: string,
  include: string[],
  group: typeof computing | typeof waiting,
  setupFiles: string[] = [],
) => ({
  ...source,
  test: {
    ...real(name, include).test,
    ...group,
    // loading the stores takes longer than most files
    isolate: false,
    ...(findPostgres() === undefined
      ? { include: ['tests/postgres-missing.test.ts'] }
      : {
          globalSetup: [...real(name, include).test.globalSetup, 'tests/postgres-setup.ts'],
          setupFiles: ['tests/log-of-failures.ts', ...setupFiles],
        }),
  },
});

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...source,
        test: {
          ...computing,
          ...patient,
          env: compiled,
          name: 'unit',
          include: threads,
          exclude: ['**/*.postgres.test.ts'],
        },
      },
      {
        ...source,
        plugins: [routeAddresses()],
        test: {
          ...computing,
          ...patient,
          name: 'console',
          include: ['packages/console/src/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        ...source,
        test: {
          ...computing,
          ...patient,
          env: compiled,
          name: 'pure',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...threads, 'packages/console/**', '**/*.postgres.test.ts'],
          isolate: false,
        },
      },
      overPostgres('postgres', postgres, computing),
      {
        ...source,
        test: {
          ...computing,
          ...patient,
          env: compiled,
          name: 'integration',
          globalSetup: ['tests/prepared-runtimes.ts'],
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['packages/console/**', '**/node_modules/**'],
          // loading a whole server takes longer than most of these files; each starts three to five threads
          isolate: false,
        },
      },
      {
        ...source,
        test: {
          ...real('journeys', ['packages/console/test/journeys/*.test.ts']).test,
          ...browsing,
          // in both languages and themes, each look takes four times as long
          testTimeout: 600_000,
          // each question has the browser draw its page
          expect: { poll: { timeout: 60_000, interval: 50 } },
          globalSetup: [...real('', []).test.globalSetup, 'packages/console/test/global-setup.ts'],
          isolate: false,
        },
      },
      real('runtimes', ['packages/runtimes/conformance/**/*.test.ts']),
      sharing('e2e', ['tests/e2e/**/*.test.ts'], wholeMachine),
      { ...source, test: { ...real('alone', wholeMachine).test, ...alone } },
      sharing('compat', ['tests/compat/**/*.test.ts']),
      // this file calls every operation
      overPostgres('compat-postgres', ['tests/compat/models.test.ts'], waiting, ['tests/postgres-server.ts']),
      real('crash', ['tests/crash/**/*.test.ts']),
      // the kinds of delivery whose steps are rows of the database
      overPostgres(
        'crash-postgres',
        ['tests/crash/{broker-flows-killed,deliveries,events-killed,streams-killed}.test.ts'],
        waiting,
        ['tests/postgres-server.ts'],
      ),
    ],
  },
});
