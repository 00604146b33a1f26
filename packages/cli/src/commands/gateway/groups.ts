import { operation, word } from '../../operations/index.ts';
import { GROUP } from './arguments.ts';

export const groupCommands = [
  operation('gateway groups create', 'createGatewayGroup', {
    args: [word('name', 'of the group')],
    flags: { description: ['TEXT', 'its purpose'] },
    examples: ['fgs gateway groups create shop'],
    text: ({ name, id }) => `created group ${name} (${id})`,
  }),
  operation('gateway groups list', 'listGatewayGroups', {
    examples: ['fgs gateway groups list'],
    rows: ({ groups }) => groups.map((group) => ({ ...group, hosts: group.hosts.join(', ') })),
    columns: { name: 'GROUP', hosts: 'HOSTS', id: 'ID', description: 'DESCRIPTION' },
    none: 'no groups; make one with: fgs gateway groups create NAME',
  }),
  operation('gateway groups show', 'showGatewayGroup', {
    args: [GROUP],
    examples: ['fgs gateway groups show shop'],
  }),
  operation('gateway groups update', 'updateGatewayGroup', {
    args: [GROUP],
    flags: { name: ['NAME', 'a new name'], description: ['TEXT', 'its purpose'] },
    examples: ["fgs gateway groups update shop --description 'orders and carts'"],
    text: ({ name }) => `updated group ${name}`,
  }),
  operation('gateway groups delete', 'deleteGatewayGroup', {
    args: [GROUP],
    examples: ['fgs gateway groups delete shop --yes'],
    confirm: ({ group }) => `group ${group.name}, with its APIs and host names`,
    text: (_, { group }) => `deleted group ${group.name}`,
    data: (_, { group }) => ({ id: group.id, outcome: 'deleted' }),
  }),
  operation('gateway hosts add', 'addGatewayHost', {
    summary: 'Send requests with this host name to a group; DNS must lead the name to the gateway',
    args: [GROUP, word('host', 'for example api.example.com')],
    examples: ['fgs gateway hosts add shop api.example.com'],
    text: (_, { group, host }) => `requests for ${host} are for group ${group.name}`,
  }),
  operation('gateway hosts remove', 'removeGatewayHost', {
    args: [GROUP, word('host', 'of the group')],
    examples: ['fgs gateway hosts remove shop api.example.com --yes'],
    confirm: ({ group, host }) => `host name ${host} of group ${group.name}`,
    text: (_, { group, host }) => `removed ${host} from group ${group.name}`,
    data: (_, { host }) => ({ host, outcome: 'removed' }),
  }),
];
