import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupFolders } from './quota.ts';

const PREFIX = 'fgmach';
const NAMESPACES = '/run/netns';
const PROGRAMS = ['/usr/sbin/ip', '/usr/sbin/nft', '/usr/bin/nsenter'];
/** What is in the way of packets between two machines, in the namespace of one of them. */
const FILTER = `
table inet cut {
  set addresses { type ipv4_addr; }
  chain in { type filter hook input priority 0; ip saddr @addresses drop; }
  chain out { type filter hook output priority 0; ip daddr @addresses drop; }
}`;
/** Ends what is left when its input ends, which is when the process that made the network ends, however it does. */
const GUARD = `
cat > /dev/null
for each in "$@"; do
  ip netns pids "$each" | xargs -r kill -9
  ip netns delete "$each"
done 2> /dev/null
kill -9 $(sed -n 1p "$FOLDER"/*/data/postmaster.pid) 2> /dev/null
sleep 1
find $GROUPS_LEFT -depth -type d -exec rmdir {} + 2> /dev/null
rm -rf "$FOLDER"
`;

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why this machine cannot have machines of its own by network namespaces; undefined when it can. */
export function whyNoMachines(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make network namespaces';
  const missing = PROGRAMS.filter((program) => !existsSync(program));
  if (missing.length > 0) return `these programs are missing: ${missing.join(', ')} (packages iproute2, nftables)`;
  const name = `${PREFIX}-${process.pid}-try`;
  try {
    run('ip', 'netns', 'add', name);
    run('ip', 'netns', 'exec', name, 'nft', FILTER);
    return undefined;
  } catch (error) {
    return `network namespaces with a packet filter cannot be made here: ${(error as Error).message.trim()}`;
  } finally {
    silently('ip', 'netns', 'delete', name);
  }
}

/**
 * Machines at one switch: network namespaces with a bridge in one of their own, which no packet filter of this machine
 * concerns. This process is at the switch, too, with two addresses: what servers reach at the second one can be cut off
 * from them without cutting off the test. Everything goes away with this process, also when it is killed.
 */
export class MachineNetwork implements Disposable {
  /** Begins with the id of this process. */
  readonly id: string;
  /** For data of what runs here; removed at the end. */
  readonly folder: string;
  /** Of this process: for its requests. */
  readonly ownAddress: string;
  /** Of this process as well: for a database that it runs. */
  readonly serviceAddress: string;
  readonly #net: string;
  readonly #names = new Map<string, string>();
  readonly #guard: ChildProcess;

  constructor(machines: readonly string[]) {
    removeLeftovers();
    this.folder = mkdtempSync(join(tmpdir(), `${PREFIX}-${process.pid}-`));
    chmodSync(this.folder, 0o755);
    const [high = 0, low = 0, third = 0] = randomBytes(3);
    this.#net = `10.${200 + (high & 31)}.${low}`;
    this.id = `${process.pid}-${Buffer.from([high, low, third]).toString('hex')}`;
    this.ownAddress = `${this.#net}.1`;
    this.serviceAddress = `${this.#net}.2`;
    const names = ['switch', ...machines];
    const groups = ['database', ...machines].flatMap((name) => groupFolders(this.groupOf(name)));
    for (const [index, name] of names.entries()) this.#names.set(name, `${PREFIX}-${this.id}-${index}`);
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'sh', ...this.#names.values()], {
      env: { PATH: process.env.PATH, FOLDER: this.folder, GROUPS_LEFT: groups.join(' ') },
      stdio: ['pipe', 'ignore', 'ignore'],
      // an interrupt at the terminal is for the test alone
      detached: true,
    });
    try {
      this.#build(names);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The control group for what runs on that machine, or for `database`; it need not exist. Removed at the end. */
  groupOf(machine: string): string {
    return `${PREFIX}-${this.id}-${machine}`;
  }

  addressOf(machine: string): string {
    const index = [...this.#names.keys()].indexOf(machine);
    if (index < 0) throw new Error(`there is no machine ${machine}`);
    return `${this.#net}.${10 + index}`;
  }

  /** Words before a program that runs on that machine. */
  on(machine: string): readonly string[] {
    return ['nsenter', `--net=${this.pathOf(machine)}`, '--'];
  }

  /** Of the network namespace. */
  pathOf(machine: string): string {
    return join(NAMESPACES, this.#namespace(machine));
  }

  /** No packet passes between the machine and that address any more; connections stay and are silent. */
  cut(machine: string, address: string): void {
    this.#filter(machine, 'add', address);
  }

  /** Idempotent. */
  mend(machine: string, address: string): void {
    this.#filter(machine, 'destroy', address);
  }

  /** Every process on the machine is killed, as when it loses its power. */
  powerOff(machine: string): void {
    killAllIn(this.#namespace(machine));
  }

  /** Ends what still runs on the machines, and removes them. */
  [Symbol.dispose](): void {
    for (const name of this.#names.values()) removeNamespace(name);
    rmSync(this.folder, { recursive: true, force: true });
    this.#guard.stdin?.end();
    this.#guard.unref();
  }

  #namespace(machine: string): string {
    const name = this.#names.get(machine);
    if (name === undefined) throw new Error(`there is no machine ${machine}`);
    return name;
  }

  #filter(machine: string, verb: 'add' | 'destroy', address: string): void {
    const [program = '', ...words] = this.on(machine);
    run(program, ...words, 'nft', verb, 'element', 'inet', 'cut', 'addresses', `{ ${address} }`);
  }

  #build(names: readonly string[]): void {
    const hub = this.#namespace('switch');
    for (const name of names) {
      run('ip', 'netns', 'add', this.#namespace(name));
      run('ip', '-n', this.#namespace(name), 'link', 'set', 'lo', 'up');
    }
    run('ip', '-n', hub, 'link', 'add', 'switch', 'type', 'bridge');
    run('ip', '-n', hub, 'address', 'add', `${this.addressOf('switch')}/24`, 'dev', 'switch');
    run('ip', '-n', hub, 'link', 'set', 'switch', 'up');
    const own = `fgm-${this.id.slice(-6)}`;
    run('ip', 'link', 'add', own, 'type', 'veth', 'peer', 'name', 'port0', 'netns', hub);
    for (const address of [this.ownAddress, this.serviceAddress])
      run('ip', 'address', 'add', `${address}/24`, 'dev', own);
    run('ip', 'link', 'set', own, 'up');
    for (const [index, name] of names.entries()) {
      if (index > 0) {
        const there = this.#namespace(name);
        run('ip', '-n', there, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', `port${index}`, 'netns', hub);
        run('ip', '-n', there, 'address', 'add', `${this.addressOf(name)}/24`, 'dev', 'wire');
        run('ip', '-n', there, 'link', 'set', 'wire', 'up');
        run('ip', 'netns', 'exec', there, 'nft', FILTER);
      }
      run('ip', '-n', hub, 'link', 'set', `port${index}`, 'master', 'switch');
      run('ip', '-n', hub, 'link', 'set', `port${index}`, 'up');
    }
  }
}

/** Of processes that were killed together with their guards. */
function removeLeftovers(): void {
  const names = existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : [];
  for (const name of names) {
    const [prefix, pid] = name.split('-');
    if (prefix === PREFIX && !existsSync(`/proc/${pid}`)) removeNamespace(name);
  }
}

function killAllIn(name: string): void {
  for (const pid of (silently('ip', 'netns', 'pids', name) ?? '').split('\n').filter((line) => line !== ''))
    silently('kill', '-9', pid);
}

function removeNamespace(name: string): void {
  killAllIn(name);
  silently('ip', 'netns', 'delete', name);
}

function silently(program: string, ...args: string[]): string | undefined {
  try {
    return run(program, ...args);
  } catch {
    // it is gone already
    return undefined;
  }
}
