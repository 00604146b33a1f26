import { resolve } from 'node:path';
import { spawnAgent } from '@funcgraph/agent';
import type { Config } from '../config/index.ts';
import type { StartAgent } from '../instances/index.ts';
import { agentRules, closeRunDir, openLinkDir, openRunDir } from '../launcher/index.ts';

/** Data of the launcher for a server that it started. */
export interface LaunchedParts {
  readonly runDir: string;
  readonly linkDir: string;
  readonly startAgent: StartAgent;
  readonly removeRunDir: () => Promise<void>;
}

/** Of a server without a launcher: its agent is its child and runs as the same user. */
export async function openOwnAgent(config: Config, runtimeDir: string | undefined): Promise<LaunchedParts> {
  const runDir = await openRunDir(config.dataDir, runtimeDir);
  const linkDir = await openLinkDir(runDir);
  const rules = agentRules({ config, linkDir, serverUser: process.getuid?.() ?? 0 });
  const volumesDir = resolve(config.dataDir, 'volumes');
  return {
    runDir,
    linkDir,
    startAgent: () => spawnAgent({ runDir, volumesDir, rules }),
    removeRunDir: () => closeRunDir(runDir),
  };
}
