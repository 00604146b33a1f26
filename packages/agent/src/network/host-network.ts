import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { runHostCommand } from '../host-command.ts';
import type { TakenAddresses } from './egress-block.ts';
import { type Block, parseAddress, sizeOf } from './ipv4.ts';
import { connectedPeers } from './peers.ts';

const MAX_ROUTES = 100_000;

/**
 * The destinations and gateways of the machine's routes, of all tables, and the peers of its open connections. Throws
 * `HOST_COMMAND_FAILED`.
 */
export async function takenAddresses(nameServers: readonly string[]): Promise<TakenAddresses> {
  const found: unknown = JSON.parse(
    (await runHostCommand('ip', ['-4', '-json', 'route', 'show', 'table', 'all'])) || '[]',
  );
  const rows = Array.isArray(found) ? found.slice(0, MAX_ROUTES).map((row: unknown) => ({ ...(row as object) })) : [];
  const texts = rows.map((row: Record<string, unknown>) => ({
    to: String(row.dst ?? ''),
    via: String(row.gateway ?? ''),
  }));
  return {
    routes: texts.map(({ to }) => destination(to)).filter((block) => block !== undefined),
    addresses: [
      ...[...texts.map(({ via }) => via), ...nameServers].map(parseAddress).filter((number) => number !== undefined),
      ...connectedPeers(),
    ],
  };
}

/** Undefined for the default route, however it is written. */
function destination(text: string): Block | undefined {
  const [address = '', length = '32'] = text.split('/');
  const first = parseAddress(address);
  if (first === undefined) return undefined;
  const block = { first, length: Number(length) };
  // VPN programs write a default route as two halves of the address space.
  return Number.isInteger(block.length) && block.length > 1 && sizeOf(block) >= 1 ? block : undefined;
}

/** Interfaces that carry the machine's own traffic. */
export function hostInterfaces(): string[] {
  return Object.entries(networkInterfaces())
    .filter(([name, addresses]) => name !== 'lo' && addresses?.some(({ family }) => family === 'IPv4'))
    .map(([name]) => name);
}

export function hasAddresses(name: string): boolean {
  return (networkInterfaces()[name] ?? []).some(({ address }) => !address.startsWith('fe80:'));
}

/** A setting of an interface, such as `ipv4/conf/eth0/forwarding`; undefined when the kernel has none of this name. */
export function readSetting(name: string): string | undefined {
  const path = settingPath(name);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** Settings that the kernel does not have are skipped. */
export function writeSetting(name: string, value: string): void {
  const path = settingPath(name);
  if (existsSync(path) && readFileSync(path, 'utf8').trim() !== value) writeFileSync(path, value);
}

function settingPath(name: string): string {
  return `/proc/sys/net/${name}`;
}
