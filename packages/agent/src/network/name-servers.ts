import { readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { parseAddress } from './ipv4.ts';

/** systemd-resolved lists its own servers in the second file; the first has only its loopback address. */
const FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
/** The C library reads no more. */
const MAX_SERVERS = 3;
const OPTION = /^options\s+([a-z0-9: -]{1,200})$/;

/** The name servers of a resolver file that are not on this machine. `own`: the addresses of the machine. */
export function outerServers(text: string, own: ReadonlySet<string>): string[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? '')
    .filter((server) => parseAddress(server) !== undefined && !server.startsWith('127.') && !own.has(server))
    .slice(0, MAX_SERVERS);
}

/**
 * Content of `/etc/resolv.conf` in a sandbox. Without servers a lookup fails at once: nothing listens on the loopback
 * address.
 */
export function resolverText(servers: readonly string[], hostText: string): string {
  if (servers.length === 0)
    return '# The machine has no name server that an instance can reach.\nnameserver 127.0.0.1\n';
  const options = hostText.split('\n').map((line) => OPTION.exec(line.trim())?.[0]);
  const lines = [...servers.map((server) => `nameserver ${server}`), ...options.filter((line) => line !== undefined)];
  return `${lines.join('\n')}\n`;
}

/** The resolver settings of this machine, read again when the file changed. */
export class NameServers {
  #stamp = '';
  #servers: readonly string[] = [];
  #text = '';

  /** True when something changed since the last call. */
  refresh(): boolean {
    const stamp = FILES.map(stampOf).join();
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    const own = ownAddresses();
    const texts = FILES.map(read);
    this.#servers = texts.map((text) => outerServers(text, own)).find((servers) => servers.length > 0) ?? [];
    this.#text = resolverText(this.#servers, texts[0] ?? '');
    return true;
  }

  get servers(): readonly string[] {
    return this.#servers;
  }

  /** For `/etc/resolv.conf` of instances. */
  get text(): string {
    return this.#text;
  }
}

function ownAddresses(): Set<string> {
  return new Set(
    Object.values(networkInterfaces())
      .flat()
      .map((found) => found?.address ?? ''),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(0, 65_536);
  } catch {
    return '';
  }
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino}:${found.mtimeMs}:${found.size}`;
}
