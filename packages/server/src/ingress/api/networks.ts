import type { DecodedBody, RouteResponse, Routes } from '@funcgraph/api';
import type { NetworkState, Networks, NewNetwork } from '../../control/index.ts';
import type { Handlers } from '../http/handler.ts';

type Reply = RouteResponse<Routes['showNetwork']>;

/** Networks of the machine. */
export function networkHandlers({
  networks,
}: {
  readonly networks: Networks;
}): Handlers<'listNetworks' | 'createNetwork' | 'showNetwork' | 'deleteNetwork'> {
  return {
    listNetworks: async () => ({ networks: networks.list().map(toReply) }),
    createNetwork: async ({ body }) => toReply(await networks.create(newNetwork(body))),
    showNetwork: async ({ params }) => toReply(networks.show(params.name)),

    async deleteNetwork({ params }) {
      await networks.remove(params.name);
      return {};
    },
  };
}

function newNetwork(body: DecodedBody<Routes['createNetwork']>): NewNetwork {
  const { name, nat } = body;
  return {
    name,
    nat,
    cidr: body.cidr || undefined,
    hostInterface: body.interface || undefined,
    vpcId: body.vpc_id || undefined,
    subnetId: body.subnet_id || undefined,
  };
}

function toReply(network: NetworkState): Reply {
  const { name, vpcId, subnetId, cidr, gateway, nat, hostInterface = '', bridge = '', problem = '', usedBy } = network;
  return {
    ...{ name, cidr, gateway, nat, bridge, problem },
    vpc_id: vpcId,
    subnet_id: subnetId,
    interface: hostInterface,
    used_by: [...usedBy],
    created_at: new Date(network.createdAt).toISOString(),
  };
}
