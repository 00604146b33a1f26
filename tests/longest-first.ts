import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than three quarters of a minute beside the others, the longest first: one that began late would run alone at the end. */
const LONG = [
  'tests/crash/two-servers.test.ts',
  'tests/crash/artifact-cache.test.ts',
  'tests/crash/partitions.test.ts',
  'tests/e2e/package.test.ts',
  'packages/runtimes/conformance/nodejs.test.ts',
  'tests/e2e/guide-commands.test.ts',
  'tests/e2e/scheduling.test.ts',
  'packages/runtimes/conformance/java.test.ts',
  'tests/e2e/runtimes.test.ts',
  'tests/e2e/guide-pages.test.ts',
  'tests/crash/logs-of-killed-servers.test.ts',
  'tests/crash/shared-limits.test.ts',
  'tests/crash/artifacts-in-s3.test.ts',
  'tests/crash/postgres-failover.test.ts',
  'packages/runtimes/conformance/python.test.ts',
  'tests/e2e/guide-alarms.test.ts',
  'tests/crash/first-start.test.ts',
  'tests/e2e/project.test.ts',
  'tests/e2e/guide-machines.test.ts',
  'tests/crash/guide-cluster.test.ts',
  'tests/crash/forwarded-calls.test.ts',
  'tests/e2e/java.test.ts',
  'tests/e2e/isolation-assign.test.ts',
  'tests/e2e/postgres.test.ts',
  'tests/e2e/team-day.test.ts',
  'tests/e2e/images.test.ts',
  'tests/e2e/templates.test.ts',
  'tests/e2e/brokers.test.ts',
  'tests/crash/shutdown.test.ts',
  'tests/crash/agent-killed.test.ts',
  'tests/e2e/invocation-limits.test.ts',
  'tests/crash/postgres-killed.test.ts',
  'tests/e2e/reserved.test.ts',
  'tests/e2e/streaming.test.ts',
  'tests/e2e/testing-package.test.ts',
  'tests/crash/kafka-killed.test.ts',
];

function rank({ project, moduleId }: TestSpecification): number {
  const at = LONG.indexOf(relative(project.vitest.config.root, moduleId));
  return at === -1 ? LONG.length : at;
}

/** Long files first; files that share a process stay with the others of their project, which they would wait for. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isAhead = (file: TestSpecification) => file.project.config.isolate && rank(file) < LONG.length;
    const ahead = files.filter(isAhead).sort((a, b) => rank(a) - rank(b));
    // the projects follow each other already
    const rest = Map.groupBy(await super.sort(files.filter((file) => !isAhead(file))), ({ project }) => project);
    return [...ahead, ...[...rest.values()].flatMap((group) => group.sort((a, b) => rank(a) - rank(b)))];
  }
}
