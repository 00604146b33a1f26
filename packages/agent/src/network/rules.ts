import { type Block, formatBlock, upperHalf } from './ipv4.ts';

/** A network as the packet filter sees it. */
export interface NetworkRules {
  readonly bridge: string;
  readonly block: Block;
  /** Whether instances may reach the outside. */
  readonly nat: boolean;
  /** Whether other machines may be on the bridge. */
  readonly hasNeighbours: boolean;
}

/**
 * This host, loopback, link-local (metadata services of most clouds), those of Alibaba, Azure and Oracle, multicast and
 * reserved: no destination for any function.
 */
const NOWHERE = '{ 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 100.100.100.200, 168.63.129.16, 192.0.0.192, 224.0.0.0/3 }';
const REFUSE = 'reject with icmp type admin-prohibited';
/** Every interface of every agent begins with these letters. */
export const INTERFACE_PREFIX = 'fg';

export const TABLE_PREFIX = 'funcgraph_';

/** Name of the table of an agent; `ownerOfTable` is the way back. */
export function tableName(ownerId: string): string {
  return TABLE_PREFIX + ownerId.replaceAll('-', '_');
}

export function ownerOfTable(table: string): string {
  return table.slice(TABLE_PREFIX.length).replaceAll('_', '-');
}

/** Flags of a table that belongs to the process that made it, and stays when the process ends. */
export const HELD = 'flags owner, persist;';

/**
 * The whole table of an agent, as input of `nft`, which replaces it in one step. Outgoing packets are rejected, so that
 * a function gets an error at once; incoming packets are dropped.
 */
export function rulesText(table: string, networks: readonly NetworkRules[], flags = ''): string {
  // Address translation by another program can hide that a packet was for the machine: the address is also checked
  // before it.
  const bridges = `{ ${networks.map(({ bridge }) => `"${bridge}"`).join(', ')} }`;
  const head = flags === '' ? `add table inet ${table}\ndelete table inet ${table}\n` : `destroy table inet ${table}\n`;
  if (networks.length === 0) return head;
  return `${head}table inet ${table} {
  ${flags}
  chain before_translation {
    type filter hook prerouting priority mangle; policy accept;
    iifname ${bridges} ct state new jump as_addressed
  }
  chain as_addressed {
    fib daddr type local ${REFUSE}
    ip daddr ${NOWHERE} ${REFUSE}
  }
  chain to_machine {
    type filter hook input priority -5; policy accept;
    iifname ${bridges} jump to_machine_from_instance
  }
  chain to_machine_from_instance {
    meta nfproto ipv6 drop
    ct state established,related accept
    ${REFUSE}
  }
  chain from_machine {
    type filter hook output priority -5; policy accept;
    oifname ${bridges} ct state established,related accept
${networks.map(({ bridge, block }) => `    oifname "${bridge}" ip daddr ${formatBlock(upperHalf(block))} drop\n`).join('')}  }
  chain through {
    type filter hook forward priority -5; policy accept;
    iifname ${bridges} meta nfproto ipv6 drop
    oifname ${bridges} meta nfproto ipv6 drop
${networks.map(({ bridge }) => `    iifname "${bridge}" jump out_of_${bridge}\n`).join('')}\
    oifname ${bridges} ct state established,related accept
    oifname ${bridges} drop
  }
${networks.map((network) => leaving(network, bridges)).join('')}\
  chain translate {
    type nat hook postrouting priority srcnat; policy accept;
${networks
  .filter(({ nat }) => nat)
  .map(({ block }) => `    oifname != "${INTERFACE_PREFIX}*" ip saddr ${formatBlock(block)} masquerade\n`)
  .join('')}\
  }
}
`;
}

/** In order: answers, forged senders, reserved addresses, other instances, other networks, the outside. */
function leaving({ bridge, block, nat, hasNeighbours }: NetworkRules, bridges: string): string {
  const instances = formatBlock(upperHalf(block));
  return `  chain out_of_${bridge} {
    ct state established,related accept
${
  hasNeighbours
    ? `    oifname "${bridge}" ip daddr ${instances} drop
    ip saddr != ${instances} drop
    oifname "${bridge}" accept
`
    : `    ip saddr != ${instances} drop
`
}\
    ip daddr ${NOWHERE} ${REFUSE}
    oifname ${bridges} ${REFUSE}
    oifname "${INTERFACE_PREFIX}*" ${REFUSE}
    ${nat ? 'accept' : REFUSE}
  }
`;
}

export const GUARD_TABLE = 'funcgraph-guard';

/**
 * For a machine that did not forward before: these interfaces may carry the packets of instances without making the
 * machine a router. Packets that another program redirected pass. Stays until the machine reboots, like forwarding.
 */
export function guardText(interfaces: readonly string[]): string {
  const rules = interfaces.map(
    (name) => `    iifname "${name}" oifname != "${name}" ct state new ct status & dnat != dnat drop\n`,
  );
  return `add table inet ${GUARD_TABLE}
delete table inet ${GUARD_TABLE}
table inet ${GUARD_TABLE} {
  chain through {
    type filter hook forward priority 5; policy accept;
    iifname "${INTERFACE_PREFIX}*" accept
    oifname "${INTERFACE_PREFIX}*" accept
${rules.join('')}  }
}
`;
}
