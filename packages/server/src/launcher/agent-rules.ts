import { realpathSync } from 'node:fs';
import type { AgentRules } from '@funcgraph/agent';
import type { Config } from '../config/index.ts';

/** Interpreters of the system; sandboxes show `/usr` anyway. */
const SYSTEM_PLACES = ['/usr', '/opt'];

export interface RulesOptions {
  readonly config: Pick<Config, 'dataDir' | 'hostInterfaces' | 'mountRoots' | 'mountUsers' | 'nfsExports' | 'sandbox'>;
  readonly linkDir: string;
  /** Of the process that will speak with the agent. */
  readonly serverUser: number;
}

/** The rules for the agent of a server with this configuration, and no more. */
export function agentRules({ config, linkDir, serverUser }: RulesOptions): AgentRules {
  const { dataDir, hostInterfaces, mountRoots, mountUsers, nfsExports, sandbox } = config;
  return {
    code: [
      { path: dataDir, only: ['artifacts', 'runtimes'], evenClosed: true },
      ...SYSTEM_PLACES.map((path) => ({ path })),
      // Node.js, which supervises functions of some runtimes, is wherever its user installed it.
      { path: realpathSync(process.execPath) },
    ],
    images: [{ path: dataDir, only: ['images'], evenClosed: true }],
    links: linkDir,
    mounts: mountRoots,
    exports: nfsExports,
    interfaces: hostInterfaces,
    mountUsers,
    withoutIsolation: sandbox === 'process',
    serverUser,
  };
}
