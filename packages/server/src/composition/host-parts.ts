import { join } from 'node:path';
import { RuntimeRegistry } from '@funcgraph/runtimes';
import { InstalledRuntimes, SandboxAgent, type SandboxCapabilities, type SandboxDriver } from '../instances/index.ts';
import { emptyLinkDir } from '../launcher/index.ts';
import { makeDataDir, mostStopMs } from '../lib/data-dir.ts';
import { chooseSandbox, DiskGuard, requireRuntimes } from '../startup/index.ts';
import { takeDataDir } from '../storage/index.ts';
import { openOwnAgent } from './own-agent.ts';
import type { Root } from './root.ts';

/** What the server has of its machine: the data directory, the agent of sandboxes, the runtimes. */
export async function hostParts({ config, clock, log, life, replacements }: Root) {
  await makeDataDir(config.dataDir);
  // first, because not even the lock can be taken on a full disk
  const disk = new DiskGuard({ dataDir: config.dataDir, minFreeBytes: config.minFreeDiskBytes, clock, log });
  await disk.start();
  life.onStop(() => disk.stop());
  const lock = await takeDataDir(config.dataDir, {
    clock,
    mostMs: mostStopMs(config.drainMs),
    signal: replacements.signal,
    onWait: ({ pid }) => replacements.onWait?.(pid),
  });
  life.onStop(() => lock.release());
  life.leaving.addEventListener('abort', () => lock.leaving());
  const { launched, driver, runtimeDir } = replacements;
  const { runDir, linkDir, startAgent, removeRunDir } = launched ?? (await openOwnAgent(config, runtimeDir));
  life.onStop(() => emptyLinkDir(linkDir).then(removeRunDir));

  // The agent and the runtimes take longest to start, and depend on nothing else: `sandboxParts` waits for them.
  const agent = new SandboxAgent(startAgent);
  life.onStop(() => agent.close());
  agent.onGone((reason) =>
    log.error({ reason }, 'the sandbox agent died; the next start of an instance brings another'),
  );
  const root = {
    isRoot: launched !== undefined || process.getuid?.() === 0,
    isAllowed: config.rootWithoutIsolation,
  };
  const choosing = driver === undefined ? chooseSandbox(agent, config.sandbox, root) : fixed(driver);
  choosing.catch(() => {});
  const runtimes = new InstalledRuntimes(
    new RuntimeRegistry(join(config.dataDir, 'runtimes'), { searchPath: config.searchPath }),
  );
  const registering = runtimes.start();
  registering.catch(() => {});
  return { disk, refuseWhenFull: () => disk.refuse(), runDir, linkDir, agent, choosing, runtimes, registering };
}

export type HostParts = Awaited<ReturnType<typeof hostParts>>;

type SandboxDeps = Pick<Root, 'config' | 'replacements'> & Pick<HostParts, 'choosing' | 'registering' | 'runtimes'>;

/** The sandbox driver. Rejects when the start was aborted meanwhile. */
export async function sandboxParts({ config, choosing, registering, runtimes, replacements }: SandboxDeps) {
  await registering;
  requireRuntimes(config.requiredRuntimes, runtimes);
  const chosen = await choosing;
  replacements.signal?.throwIfAborted();
  return chosen;
}

export type SandboxParts = Awaited<ReturnType<typeof sandboxParts>>;

async function fixed(driver: SandboxDriver): Promise<{ driver: SandboxDriver; capabilities: SandboxCapabilities }> {
  return { driver, capabilities: await driver.capabilities() };
}
