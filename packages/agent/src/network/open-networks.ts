import { fileURLToPath } from 'node:url';
import { AgentError } from '../agent-error.ts';
import { findProgram, runHostCommand } from '../host-command.ts';
import type { Connector } from './connector.ts';
import { IpConnector } from './ip-connector.ts';
import type { NameServers } from './name-servers.ts';
import { NetworkHelper } from './network-helper.ts';
import { Networks, type NetworksParts } from './networks.ts';
import { GUARD_TABLE, TABLE_PREFIX } from './rules.ts';

/** Built where there is a C compiler; the folder stands beside `src` and `dist`. */
const HELPER = fileURLToPath(new URL('../../native/build/network', import.meta.url));
const NEEDED = [
  ['ip', 'iproute2'],
  ['nft', 'nftables'],
  ['nsenter', 'util-linux'],
] as const;
/** A machine that is busy for a moment must not leave its functions without a network until the next start. */
const TRIES = 2;
const ALONE = 'Functions reach nothing but themselves';

export interface OpenedNetworks {
  /** Undefined on a machine that cannot isolate sandboxes on a network. */
  readonly networks: Networks | undefined;
  /** One user-visible sentence for each missing feature. */
  readonly gaps: readonly string[];
}

/** Tests the machine by creating the default network. `agentNumber` is undefined for an agent without root. */
export async function openNetworks({
  agentNumber,
  nameServers,
  ...parts
}: Omit<NetworksParts, 'connector' | 'agentNumber'> & {
  readonly agentNumber: number | undefined;
}): Promise<OpenedNetworks> {
  if (agentNumber === undefined)
    return { networks: undefined, gaps: [`${ALONE}: networks need an agent that runs as root.`] };
  const missing = NEEDED.find(([program]) => findProgram(program) === undefined);
  if (missing !== undefined) {
    return { networks: undefined, gaps: [`${ALONE}: ${missing[0]} is not installed (package ${missing[1]}).`] };
  }
  for (let left = TRIES; ; left -= 1) {
    const connector: Connector = await NetworkHelper.open(HELPER).catch(() => new IpConnector());
    try {
      const networks = await Networks.open({ ...parts, agentNumber, connector, nameServers });
      return { networks, gaps: [...resolverGaps(nameServers), ...(await firewallGaps())] };
    } catch (error) {
      if (left > 1) continue;
      const detail = error instanceof AgentError ? error.message : String(error);
      return { networks: undefined, gaps: [`${ALONE}: ${detail}.`] };
    }
  }
}

function resolverGaps({ servers }: NameServers): string[] {
  if (servers.length > 0) return [];
  return ['Functions cannot look up names: the name server of this machine serves the machine alone.'];
}

/** Another table may drop packets that ours accepts; our rules cannot override that. */
async function firewallGaps(): Promise<string[]> {
  const text = await runHostCommand('nft', ['list', 'chains']).catch(() => '');
  const closed = closedForwardChains(text);
  if (closed.length === 0) return [];
  return [
    `The firewall of this machine drops what is forwarded (${closed.join(', ')}): functions may not reach the outside before it accepts interfaces fg*.`,
  ];
}

/** Names of the chains that drop forwarded packets by policy, in the output of `nft list chains`, without ours. */
export function closedForwardChains(text: string): string[] {
  const closed: string[] = [];
  let table = '';
  let chain = '';
  for (const line of text.split('\n').map((part) => part.trim())) {
    table = /^table (\S+ \S+) \{$/.exec(line)?.[1] ?? table;
    chain = /^chain (\S+) \{$/.exec(line)?.[1] ?? chain;
    const isOurs = table.endsWith(` ${GUARD_TABLE}`) || table.includes(` ${TABLE_PREFIX}`);
    if (!isOurs && /type filter hook forward .*policy drop;/.test(line)) closed.push(`${table} ${chain}`);
  }
  return closed;
}
