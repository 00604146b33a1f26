import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeRegistry } from '@funcgraph/runtimes';
import type { TestProject } from 'vitest/node';
import { loadConfig } from '../packages/server/src/config/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What a server notes about the interpreters of this machine, for the data directories of others. */
    readonly preparedRuntimes: string;
  }
}

/** Starts each interpreter of the machine once for its version, instead of once for each server of a test. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'funcgraph-runtimes-'));
  await chmod(folder, 0o755);
  const { searchPath } = loadConfig([], process.env);
  await new RuntimeRegistry(folder, { searchPath }).registerHost();
  project.provide('preparedRuntimes', folder);
  return () => rm(folder, { recursive: true, force: true });
}
