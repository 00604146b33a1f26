import type { Noun } from '../framework/index.ts';
import { operation, word } from '../operations/index.ts';

const NAME = word('name', 'name of the network');

export const networks: Noun = {
  name: 'networks',
  summary: 'Networks of the server machine that functions can be placed in',
  commands: [
    operation('networks list', 'listNetworks', {
      examples: ['fgs networks list', 'fgs networks list --output json'],
      rows: (answer) =>
        answer.networks.map((one) => ({ ...one, outside: one.nat ? 'yes' : 'no', users: one.used_by.length })),
      columns: {
        name: 'NAME',
        cidr: 'ADDRESSES',
        outside: 'OUTSIDE',
        bridge: 'BRIDGE',
        vpc_id: 'VPC ID',
        subnet_id: 'SUBNET ID',
        users: 'USED BY',
        problem: 'PROBLEM',
      },
      none: 'no networks',
    }),
    operation('networks create', 'createNetwork', {
      summary: 'Make a network on the server machine for functions to be placed in',
      args: [NAME],
      flags: {
        cidr: ['RANGE', 'addresses, such as 10.20.0.0/24; an unused range without it'],
        nat: 'let functions on it reach the outside too',
        interface: [
          'NAME',
          'interface of the machine that leads to the network; host_interfaces of the server names it',
        ],
        'vpc-id': ['ID', 'id for func_vpc of functions; generated when absent'],
        'subnet-id': ['ID', 'id for func_vpc of functions; generated when absent'],
      },
      examples: [
        'fgs networks create backend',
        'fgs networks create backend --cidr 10.20.0.0/24 --interface eth1',
        'fgs networks create cloud --nat --vpc-id 0dae26c9-9a70-4392-93f3-87d53115d171',
      ],
      text: ({ name, cidr, bridge, vpc_id, subnet_id }) =>
        `${name}: ${cidr} on ${bridge}\nvpc_id ${vpc_id}\nsubnet_id ${subnet_id}`,
    }),
    operation('networks show', 'showNetwork', {
      summary: 'A network: its addresses, its bridge on the server machine and the functions that use it',
      args: [NAME],
      examples: ['fgs networks show backend'],
    }),
    operation('networks delete', 'deleteNetwork', {
      args: [NAME],
      examples: ['fgs networks delete backend', 'fgs networks delete backend --yes'],
      confirm: ({ name }) => `network ${name}`,
      text: (_, { name }) => `deleted network ${name}`,
      data: (_, { name }) => ({ name, outcome: 'deleted' }),
    }),
  ],
};
