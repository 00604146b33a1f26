import type { TestProject } from 'vitest/node';
import { createDatabase, PostgresCluster } from '../packages/server/src/storage/testing-cluster.ts';
import { openAt, PREPARED } from '../packages/server/src/storage/testing-place.ts';

/**
 * With hundreds of databases, the launcher of vacuums would start a process every tenth of a second. Tests kill the
 * server, but not the machine: what is written survives without waiting for the disk.
 */
const SETTINGS = ['autovacuum=off', 'full_page_writes=off', 'fsync=off'];

/** Starts a PostgreSQL server for the tests of a project; returns what ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await PostgresCluster.start(SETTINGS);
  await (await openAt((await createDatabase(cluster.folder, PREPARED)).reveal())).close();
  project.provide('postgresFolder', cluster.folder);
  return () => cluster.stop();
}
