import type { RouteResponse, Routes } from '@funcgraph/api';
import { CliError, defineCommand, EXIT, type Noun } from '../framework/index.ts';
import { type Argument, operation } from '../operations/index.ts';
import { runMaintenance } from '../server-process/index.ts';
import { MAINTENANCE_FLAGS, maintenanceArguments } from './maintenance-flags.ts';
import { SERVER_FLAGS, serverArguments } from './start.ts';

/** Of a member, whose data directory may be in use. */
const FLAGS = { ...MAINTENANCE_FLAGS, 'key-file': SERVER_FLAGS['key-file'] } as const;

const token = defineCommand({
  name: 'cluster token',
  summary: 'Print a token by which one new server can join within an hour; run it on the machine of a member',
  flags: FLAGS,
  args: [],
  examples: ['fgs cluster token', 'fgs cluster token --data-dir ./data > /root/join-token'],
  async run({ flags }, context) {
    const serverFlags = maintenanceArguments(flags, context);
    const made = await runMaintenance<{ token: string }>({ operation: 'cluster-token', serverFlags }, context);
    return { kind: 'message', text: made.token, data: { ...made, outcome: 'created' } };
  },
});

const join = defineCommand({
  name: 'cluster join',
  summary: 'Get the key of a cluster by a token into a new data directory, before its first start',
  flags: {
    'data-dir': SERVER_FLAGS['data-dir'],
    config: SERVER_FLAGS.config,
    'join-token-file': { ...SERVER_FLAGS['join-token-file'], required: true },
  },
  args: [],
  examples: ['fgs cluster join --join-token-file /root/join-token'],
  async run({ flags }, context) {
    const serverFlags = serverArguments(flags, context);
    const made = await runMaintenance<{ folder: string }>({ operation: 'cluster-join', serverFlags }, context);
    const text = `${made.folder} has the key of the cluster. Start its server with the same --database-url-file and --artifacts as the others.`;
    return { kind: 'message', text, data: { ...made, outcome: 'joined' } };
  },
});

type Node = RouteResponse<Routes['drainClusterNode']>;

/** A server by its name, address or id. */
const SERVER: Argument<'server', Node> = {
  name: 'server',
  summary: 'name, address or id of the server, as cluster status shows it',
  async find(text, { connection, signal }) {
    const { nodes } = (await connection.client.call('listClusterNodes', { signal })).data;
    const [found, another] = nodes.filter(({ id, name, address }) => [id, name, address].includes(text));
    if (found !== undefined && another === undefined) return found;
    throw new CliError(`${found === undefined ? 'no server is' : 'more than one server is'} called ${text}`, {
      code: 'CLI.UNKNOWN_SERVER',
      exitCode: EXIT.failure,
      hint: `Servers: ${nodes.map(({ name, id }) => `${name}, id ${id}`).join('; ')}.`,
    });
  },
  fields: ({ id }) => ({ server: id }),
};

function stateOf({ live, draining }: Node): string {
  if (!live) return 'gone';
  return draining ? 'draining' : 'live';
}

/** A server that reads many streams has many leases. */
const MOST_LEASES = 6;

function leasesOf({ leases }: Node): string {
  const more = leases.length - MOST_LEASES;
  return [...leases.slice(0, MOST_LEASES), ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
}

const status = operation('cluster status', 'listClusterNodes', {
  summary: 'List the servers that share a database, with their load and the work that each does for all',
  examples: ['fgs cluster status', 'fgs cluster status --output json'],
  rows: ({ nodes }) =>
    nodes.map((node) => ({
      ...node,
      address: node.address ?? '-',
      state: stateOf(node),
      running: node.load?.running ?? '?',
      waiting: node.load?.waiting ?? '?',
      instances: node.load?.instances ?? '?',
      memory: `${node.load?.memory_mb ?? '?'} of ${node.memory_mb ?? '?'}`,
      heartbeat: node.last_heartbeat ?? '-',
      work: leasesOf(node),
    })),
  columns: {
    ...{ name: 'SERVER', state: 'STATE', address: 'ADDRESS', version: 'VERSION' },
    ...{ running: 'RUNNING', waiting: 'WAITING', instances: 'INSTANCES', memory: 'MB', heartbeat: 'HEARTBEAT' },
    work: 'LEASES',
  },
  none: 'no server runs',
});

const drain = operation('cluster drain', 'drainClusterNode', {
  summary:
    'Take a server out of service: it is not ready, others take over its background work; it serves what still comes',
  args: [SERVER],
  examples: ['fgs cluster drain 10.0.0.5:8090'],
  text: ({ name }) => `${name} is no longer ready. Stop it when the balancer sends it nothing more.`,
  data: (node) => ({ ...node, outcome: 'updated' }),
});

const undrain = operation('cluster undrain', 'undrainClusterNode', {
  summary: 'Put a drained server back into service; a restart of the server does the same',
  args: [SERVER],
  examples: ['fgs cluster undrain 10.0.0.5:8090'],
  text: ({ name }) => `${name} is ready.`,
  data: (node) => ({ ...node, outcome: 'updated' }),
});

const remove = operation('cluster remove', 'removeClusterNode', {
  summary: 'Remove a server that is gone, or one that is drained and runs no calls: its process ends',
  args: [SERVER],
  examples: ['fgs cluster remove 10.0.0.5:8090', 'fgs cluster remove 10.0.0.5:8090 --yes'],
  confirm: ({ server }) => `server ${server.name} (${stateOf(server)})`,
  text: (_, { server }) => `removed server ${server.name}`,
  data: (_, { server }) => ({ id: server.id, name: server.name, outcome: 'removed' }),
});

export const cluster: Noun = {
  name: 'cluster',
  summary: 'Servers that share a PostgreSQL database',
  commands: [token, join, status, drain, undrain, remove],
};
