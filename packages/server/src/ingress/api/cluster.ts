import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Roster, RosterNode } from '../../cluster/index.ts';
import type { Handlers } from '../http/handler.ts';

type Reply = RouteResponse<Routes['drainClusterNode']>;
type Ids = 'listClusterNodes' | 'drainClusterNode' | 'undrainClusterNode' | 'removeClusterNode';

/** The servers that share the database. */
export function clusterHandlers({ roster }: { readonly roster: Roster }): Handlers<Ids> {
  return {
    listClusterNodes: async () => ({ nodes: (await roster.list()).map(toReply) }),

    drainClusterNode: async ({ params }) => toReply(await roster.drain(params.server)),

    undrainClusterNode: async ({ params }) => toReply(await roster.undrain(params.server)),

    async removeClusterNode({ params }) {
      await roster.remove(params.server);
      return {};
    },
  };
}

function toReply({ home, memoryMb, load, beatAt, isSelf, ...node }: RosterNode): Reply {
  const { name, address, version, runtimes, processors, live, draining, leases } = node;
  return {
    ...{ id: home, name, address, version, runtimes: [...runtimes], memory_mb: memoryMb, processors, live, draining },
    this_server: isSelf,
    last_heartbeat: beatAt === null ? null : new Date(beatAt).toISOString(),
    load: load === null ? null : toLoad(load),
    leases: [...leases],
  };
}

function toLoad({ memoryMb, running, waiting, instances }: NonNullable<RosterNode['load']>): Reply['load'] {
  return { running, waiting, instances, memory_mb: memoryMb };
}
