import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import { runHostCommand } from '../host-command.ts';
import { feedCommand } from './feed-command.ts';
import { hasAddresses, readSetting, writeSetting } from './host-network.ts';
import { type Block, gatewayOf } from './ipv4.ts';

const ALIAS = 'funcgraph:';
const INTERFACES = '/sys/class/net';

export interface BridgeSpec {
  readonly name: string;
  readonly ownerId: string;
  readonly block: Block;
  readonly hostInterface?: string | undefined;
}

/**
 * Creates a bridge that has the machine's address and no interface of the machine. Its hardware address is fixed: by
 * default it would change with every port, and sandboxes would keep using the old one. Throws `NETWORK_FAILED`.
 */
export async function makeBridge({ name, ownerId, block, hostInterface }: BridgeSpec): Promise<void> {
  const options = 'forward_delay 0 stp_state 0 mcast_snooping 0';
  await ip(`link add name ${name} address ${hardwareAddress(name)} type bridge ${options}`);
  try {
    await ip(`link set dev ${name} alias ${ALIAS}${ownerId}`);
    writeSetting(`ipv6/conf/${name}/disable_ipv6`, '1');
    for (const off of ['send_redirects', 'accept_redirects', 'accept_source_route', 'route_localnet', 'proxy_arp'])
      writeSetting(`ipv4/conf/${name}/${off}`, '0');
    // It answers ARP only for the address on this bridge, not for those of other interfaces.
    writeSetting(`ipv4/conf/${name}/arp_ignore`, '1');
    writeSetting(`ipv4/conf/${name}/forwarding`, '1');
    await ip(`address add ${gatewayOf(block)}/${block.length} dev ${name}`, `link set dev ${name} up`);
    if (hostInterface !== undefined)
      await ip(`link set dev ${hostInterface} master ${name}`, `link set dev ${hostInterface} up`);
  } catch (error) {
    await removeBridge(name).catch(() => {});
    throw error;
  }
}

export function hasBridge(name: string): boolean {
  return existsSync(`${INTERFACES}/${name}`);
}

/** Connects interfaces of sandboxes, which lost their bridge. One that has ended meanwhile is left out. */
export async function attachPorts(name: string, ports: Iterable<string>): Promise<void> {
  for (const port of ports) {
    await ip(`link set dev ${port} master ${name}`, `link set dev ${port} type bridge_slave isolated on`).catch(
      () => {},
    );
  }
}

/** Deletes the interfaces of sandboxes on it; an interface of the machine is released. */
export async function removeBridge(name: string): Promise<void> {
  const ports = namesIn(`${INTERFACES}/${name}/brif`).filter((port) => port.startsWith('fg'));
  for (const port of ports) await removeInterface(port).catch(() => {});
  await removeInterface(name);
}

export async function removeInterface(name: string): Promise<void> {
  await runHostCommand('ip', ['link', 'delete', 'dev', name]);
}

/** A bridge that is down carries nothing. */
export async function switchBridge(name: string, state: 'up' | 'down'): Promise<void> {
  await runHostCommand('ip', ['link', 'set', 'dev', name, state]);
}

/** All bridges whose names have this prefix. Never rejects. */
export async function removeBridgesNamed(prefix: string): Promise<void> {
  for (const name of namesIn(INTERFACES).filter((one) => one.startsWith(prefix)))
    await removeBridge(name).catch(() => {});
}

/** Bridges of agents, with the owner of each. */
export function ownedBridges(): { readonly name: string; readonly ownerId: string }[] {
  return namesIn(INTERFACES)
    .map((name) => ({ name, alias: aliasOf(name) }))
    .filter(({ alias }) => alias.startsWith(ALIAS))
    .map(({ name, alias }) => ({ name, ownerId: alias.slice(ALIAS.length) }));
}

/** Throws `NETWORK_TAKEN` when a bridge of this name exists, or the interface is not free. */
export function checkBridge(name: string, hostInterface: string | undefined): void {
  if (hasBridge(name)) {
    throw new AgentError('NETWORK_TAKEN', `the machine has an interface ${name} already`, {
      hint: 'another server made it, or left it: choose another network',
    });
  }
  if (hostInterface !== undefined) checkInterface(hostInterface);
}

/** Using an interface that the machine itself uses would disconnect the machine. */
function checkInterface(name: string): void {
  if (readSetting(`ipv4/conf/${name}/forwarding`) === undefined) {
    throw new AgentError('NETWORK_TAKEN', `the machine has no interface ${name}`, { hint: 'see: ip link' });
  }
  if (hasAddresses(name) || namesIn(`${INTERFACES}/${name}`).includes('master')) {
    throw new AgentError('NETWORK_TAKEN', `the interface ${name} is in use by the machine`, {
      hint: 'give one without addresses that belongs to no other bridge',
    });
  }
}

function ip(...commands: string[]): Promise<void> {
  return feedCommand('ip', ['-batch', '-'], commands.map((command) => `${command}\n`).join(''));
}

/** Locally administered, one for each name. */
function hardwareAddress(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return ['02', ...[0, 2, 4, 6, 8].map((at) => hash.slice(at, at + 2))].join(':');
}

function aliasOf(name: string): string {
  try {
    return readFileSync(`${INTERFACES}/${name}/ifalias`, 'utf8').trim();
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
