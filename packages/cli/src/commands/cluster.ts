import { defineCommand, type Noun } from '../framework/index.ts';
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

interface Node {
  readonly name: string;
  readonly id: string;
  readonly home: string;
  readonly version: string;
  readonly address: string | null;
  readonly draining: boolean;
  readonly live: boolean;
  readonly leases: readonly string[];
}

function stateOf({ live, draining }: Node): string {
  if (!live) return 'gone';
  return draining ? 'draining' : 'live';
}

const status = defineCommand({
  name: 'cluster status',
  summary: 'List the servers of the database of a data directory, with the work that each does for all',
  flags: FLAGS,
  args: [],
  examples: ['fgs cluster status'],
  async run({ flags }, context) {
    const serverFlags = maintenanceArguments(flags, context);
    const { nodes } = await runMaintenance<{ nodes: readonly Node[] }>(
      { operation: 'cluster-status', serverFlags },
      context,
    );
    return {
      kind: 'table',
      columns: {
        name: 'NODE',
        state: 'STATE',
        address: 'ADDRESS',
        version: 'VERSION',
        memory_mb: 'MB',
        leases: 'LEASES',
      },
      rows: nodes.map((node) => ({
        ...node,
        address: node.address ?? '-',
        state: stateOf(node),
        leases: node.leases.join(' '),
      })),
      none: 'no server runs',
    };
  },
});

const change = (verb: 'drain' | 'undrain', summary: string, done: string) =>
  defineCommand({
    name: `cluster ${verb}`,
    summary,
    flags: FLAGS,
    args: [{ name: 'node', summary: 'name or address of the server, as cluster status shows it' }],
    examples: [`fgs cluster ${verb} 10.0.0.5:8090`],
    async run({ flags, args }, context) {
      const serverFlags = maintenanceArguments(flags, context);
      const node = await runMaintenance<Node>(
        { operation: `cluster-${verb}`, serverFlags, args: [args.node] },
        context,
      );
      return { kind: 'message', text: `${node.name} ${done}`, data: { ...node, outcome: 'updated' } };
    },
  });

export const cluster: Noun = {
  name: 'cluster',
  summary: 'Servers that share a PostgreSQL database',
  commands: [
    token,
    join,
    status,
    change(
      'drain',
      'Take a server out of the balancer: it answers that it is not ready, and serves what still comes',
      'is no longer ready. Stop it when the balancer sends it nothing more.',
    ),
    change(
      'undrain',
      'Let the balancer send calls to a server again; a restart of the server does the same',
      'is ready.',
    ),
  ],
};
