import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';

const NetworkName = Type.Object({ name: Type.String() });

const Network = Type.Object({
  name: Type.String(),
  vpc_id: Type.String(),
  subnet_id: Type.String(),
  cidr: Type.String(),
  gateway: Type.String({ description: 'Address of the machine on the bridge.' }),
  nat: Type.Boolean({ description: 'Whether functions on it also reach the outside.' }),
  interface: Type.String({ description: 'Interface of the machine that is a port of the network; may be empty.' }),
  bridge: Type.String({ description: 'Name of the bridge; empty when it could not be made.' }),
  problem: Type.String({ description: 'Why it could not be made; empty when it was.' }),
  used_by: Type.Array(Type.String(), { description: 'URNs of the versions that chose it.' }),
  created_at: Type.String({ description: 'RFC 3339.' }),
});

/** Networks of the machine. Functions name them by the ids in `func_vpc`. */
export const networkRoutes = {
  listNetworks: route({
    method: 'GET',
    path: '/v1/networks',
    group: 'network',
    summary: 'Networks that functions can be placed in',
    response: Type.Object({ networks: Type.Array(Network) }),
  }),
  createNetwork: route({
    method: 'POST',
    path: '/v1/networks',
    resource: namedIn('body', 'name'),
    group: 'network',
    summary: 'Create a network on the machine: a bridge that the functions on it reach, and nothing else without NAT',
    body: Type.Object({
      name: Type.String({ description: 'At most 63 small letters, digits and -.' }),
      cidr: Type.Optional(Type.String({ description: 'Such as 10.20.0.0/24; an unused range when absent.' })),
      nat: Type.Optional(Type.Boolean()),
      interface: Type.Optional(Type.String({ description: 'Interface of the machine, without addresses.' })),
      vpc_id: Type.Optional(Type.String({ description: 'Made up when absent.' })),
      subnet_id: Type.Optional(Type.String({ description: 'Made up when absent.' })),
    }),
    response: Network,
    status: 201,
  }),
  showNetwork: route({
    method: 'GET',
    path: '/v1/networks/{name}',
    group: 'network',
    summary: 'A network and the functions that use it',
    params: NetworkName,
    response: Network,
  }),
  deleteNetwork: route({
    method: 'DELETE',
    path: '/v1/networks/{name}',
    group: 'network',
    summary: 'Remove a network that no function uses',
    params: NetworkName,
    status: 204,
  }),
} as const;
