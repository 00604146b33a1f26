import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  AuthorityStore,
  BudgetStore,
  Budgets,
  ClusterListener,
  Credentials,
  JoinTokenStore,
  MemberNodes,
  NodeConnections,
  openJoinDoor,
} from '../cluster/index.ts';
import type { HostParts, SandboxParts } from './host-parts.ts';
import { onceReachable } from './once-reachable.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type ClusterDeps = Root & Pick<StateParts, 'storage' | 'sealer' | 'membership' | 'home'>;

/** What a node of several has: a door for the others, which opens with `openCluster`, and the way to theirs. */
export interface Cluster {
  readonly authority: Authority;
  /** Register routes before `openCluster`. */
  readonly listener: ClusterListener;
  readonly connections: NodeConnections;
}

/** The nodes; `cluster` is undefined for a server without an address for others, which opens and computes nothing. */
export async function clusterParts({ config, clock, log, life, storage, sealer, membership, home }: ClusterDeps) {
  const nodes = new MemberNodes(membership);
  life.onStop(() => nodes.stop());
  const budgets = await budgetsOf({ config, clock, log, life, storage, home, nodes });
  if (config.clusterAddress === undefined) return { nodes, budgets, cluster: undefined };
  const authority = await Authority.open({ store: new AuthorityStore(storage), sealer, clock });
  const onError = (error: unknown): void => log.error({ err: error }, 'the certificate of this node was not renewed');
  const credentials = await Credentials.open({ authority, home, clock, onError });
  life.onStop(() => credentials.stop());
  const connections = new NodeConnections({ credentials, nodes });
  life.onStop(() => connections.stop());
  const listener = new ClusterListener({ credentials, nodes, clock, log: log.child({ module: 'cluster' }) });
  const sealingKey = async (): Promise<string> =>
    config.sealingKey?.reveal() ?? (await readFile(join(config.dataDir, 'master.key'), 'utf8')).trim();
  openJoinDoor({
    listener,
    tokens: new JoinTokenStore(storage),
    sealingKey,
    clock,
    log: log.child({ module: 'cluster' }),
  });
  const cluster: Cluster = { authority, listener, connections };
  return { nodes, budgets, cluster };
}

type BudgetDeps = Pick<ClusterDeps, 'config' | 'clock' | 'log' | 'life' | 'storage' | 'home'> & {
  readonly nodes: MemberNodes;
};

/** Parts of limits that count on all servers; undefined on SQLite, where no other server can be. */
async function budgetsOf({ config, clock, log, life, storage, home, nodes }: BudgetDeps): Promise<Budgets | undefined> {
  const { signals } = storage;
  if (signals === undefined) return undefined;
  const budgets = await onceReachable(clock, () =>
    Budgets.open({
      table: new BudgetStore(signals),
      home,
      mayGoOnAlone: config.clusterAddress === undefined,
      clock,
      onError: (error) => log.error({ err: error }, 'the lease of the shares of limits was not renewed'),
    }),
  );
  nodes.onChange(() => budgets.look());
  life.onStop(() => budgets.stop());
  return budgets;
}

export type ClusterParts = Awaited<ReturnType<typeof clusterParts>>;

type OpenDeps = Root & Pick<HostParts, 'runtimes'> & Pick<StateParts, 'membership'> & SandboxParts & ClusterParts;

/** Opens the door for other nodes, and shows them where it is and what this one can do. Call when all routes are registered. */
export async function openCluster({
  config,
  clock,
  life,
  log,
  membership,
  runtimes,
  cluster,
}: OpenDeps): Promise<void> {
  const { clusterAddress: at } = config;
  let address: string | null = null;
  if (cluster !== undefined && at !== undefined) {
    const port = await cluster.listener.listen(at.host, at.port);
    life.onStop(() => cluster.listener.stop(life.drain.closed));
    address = `${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`;
    log.info({ address }, 'the internal listener is open');
  }
  const description = {
    address,
    runtimes: runtimes.available(),
    memoryMb: config.memoryBudgetMb,
    processors: availableParallelism(),
  };
  await onceReachable(clock, () => membership.describe(description));
}
