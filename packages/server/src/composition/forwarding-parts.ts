import { randomUUID } from 'node:crypto';
import { shareOfBursts } from '../instances/index.ts';
import {
  ArrivedHops,
  CALL_PATH,
  CallDoor,
  Elsewhere,
  HopReports,
  type Invoker,
  SUMMARY_PATH,
  Summaries,
  SummaryBoard,
} from '../invocation/index.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { InstanceParts } from './instance-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type ForwardingDeps = Root &
  Pick<ClusterParts, 'nodes' | 'cluster' | 'budgets'> &
  Pick<InstanceParts, 'pool' | 'prewarmed'> &
  Pick<StateParts, 'feed' | 'telemetry'>;

/** Calls that go to other nodes and come from them; undefined for a server that others do not reach. */
export function forwardingParts(deps: ForwardingDeps) {
  const { config, clock, life, nodes, cluster, budgets, pool, prewarmed, feed, telemetry } = deps;
  if (cluster === undefined) return undefined;
  const { connections, listener } = cluster;
  const board = new SummaryBoard();
  const hops = new HopReports();
  const elsewhere = new Elsewhere({
    ...{ nodes, connections, board, hops, pool, clock },
    share: budgets?.share('instances'),
    changes: feed,
    maxWaitMs: config.maxWaitMs,
    random: Math.random,
  });
  const closing = life.drain.begun;
  const arrived = new ArrivedHops();
  const summaries = new Summaries({
    ...{ nodes, connections, board, hops, closing, clock },
    onHops: arrived.add,
    boot: randomUUID(),
    offer: () => ({ ...pool.offer(), bursts: prewarmed.bursts() }),
    onTick: () => {
      elsewhere.look();
      const reported = arrived.take();
      if (reported.length === 0) return;
      telemetry.records.addHops(reported.map(([requestId, attempt, us]) => ({ requestId, attempt, ms: us / 1000 })));
    },
  });
  prewarmed.followOthers((runtime) => shareOfBursts(board.burstsOf(runtime), nodes.others.length + 1));
  life.onStop(() => summaries.stop());
  const serve = (invoker: Invoker): void => {
    const door = new CallDoor({
      claim: (target) => invoker.claim(target),
      name: () => nodes.self.name,
      onHops: arrived.add,
      ...{ changes: feed, closing, clock },
    });
    listener.route('POST', CALL_PATH, door.serve, { body: 'stream' });
    listener.route('POST', SUMMARY_PATH, summaries.receive, { body: 'stream' });
  };
  return { elsewhere, summaries, serve };
}

type StopDeps = Root & Pick<StateParts, 'membership'> & { readonly forwarding: ReturnType<typeof forwardingParts> };

/**
 * When this server stops, others take over what it does for all, and balancers have time to see that it is not ready, before
 * its doors close. A server without others stops at once.
 */
export function announceStop({ config, clock, log, life, membership, forwarding }: StopDeps): void {
  life.beforeDrain(async () => {
    if (membership.livePeer === undefined || !membership.isLive()) return;
    const notice = new Promise<void>((resolve) => clock.after(config.balancerNoticeMs, resolve));
    await membership.withdraw().catch((error: unknown) => log.warn({ err: error }, 'others learn late of the stop'));
    await notice;
  });
  if (forwarding !== undefined) life.onStop(() => forwarding.summaries.close());
}
