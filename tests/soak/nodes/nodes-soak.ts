import { ClusterAccount } from '../../machines/account.ts';
import { type Machine, Machines, writableFolder } from '../../machines/machines.ts';
import { ServerDidNotStart } from '../../server.ts';
import { pause, until, type Verdict } from '../verdict.ts';
import { TROUBLES } from './troubles.ts';

/** Of the account on all servers together. */
const LIMIT = 24;
const PROCESSORS = 0.4;
const MEMORY_BYTES = 3 * 2 ** 30;
const READY_MS = 120_000;
const WORKED_OFF_MS = 5 * 60_000;
/** From a kill to the moment in which another server fires timers. */
const TAKEOVER_MS = 10_000;
const SHOWN = 8;

export interface NodesOptions {
  readonly nodes: number;
  readonly minutes: number;
  readonly workers: number;
  readonly say: (text: string) => void;
}

/** A cluster of servers on machines of their own, under load while servers are killed and cut off at random. */
export class NodesSoak implements AsyncDisposable {
  readonly machines: Machines;
  readonly #account: ClusterAccount;
  readonly #options: NodesOptions;
  readonly #down = new Set<Machine>();
  readonly #takeovers: number[] = [];
  readonly #returns: number[] = [];
  readonly #troubles = new Map<string, number>();

  private constructor(machines: Machines, account: ClusterAccount, options: NodesOptions) {
    this.machines = machines;
    this.#account = account;
    this.#options = options;
  }

  static async begin(options: NodesOptions): Promise<NodesSoak> {
    // functions write their account into a folder that nothing reaches
    const args = ['--sandbox', 'process', '--account-concurrency', String(LIMIT)];
    const machines = await Machines.start({ servers: options.nodes, args, s3: true, memoryBytes: MEMORY_BYTES });
    try {
      const [{ server }] = machines.all as [Machine];
      const account = await ClusterAccount.open(server, writableFolder(machines.network, 'account'));
      for (const { quota } of machines.all) quota.limitProcessors(PROCESSORS);
      const soak = new NodesSoak(machines, account, options);
      await soak.#allServe();
      return soak;
    } catch (error) {
      await machines[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Trouble under load until the time is over, then an account of every id. */
  async run(verdict: Verdict): Promise<void> {
    const { minutes, workers, say } = this.#options;
    let isOver = false;
    const work = async (): Promise<void> => {
      while (!isOver) {
        const { server } = any(this.machines.all);
        const ms = Math.random() * 300;
        await (Math.random() < 0.5 ? this.#account.call(server, ms) : this.#account.enqueue(server, ms));
        await pause(Math.random() * 100);
      }
    };
    const load = Promise.all(Array.from({ length: workers }, work));
    try {
      const end = Date.now() + minutes * 60_000;
      while (Date.now() < end) say(await this.#trouble());
    } finally {
      isOver = true;
      await load;
    }
    await this.#judge(verdict);
  }

  /** Kills servers at once; resolves with the time until another one fires timers, when one of these did. */
  async kill(victims: readonly Machine[]): Promise<string> {
    const survivor = this.machines.all.find((each) => !victims.includes(each) && !this.#down.has(each));
    const owner = survivor === undefined ? undefined : await this.#owner(survivor);
    for (const each of victims) this.#down.add(each);
    await this.#account.duringKill(() => Promise.all(victims.map(({ server }) => server.kill('SIGKILL'))));
    if (survivor === undefined || owner === undefined || !victims.includes(owner)) return '';
    const begin = Date.now();
    await until('another server fires timers', READY_MS, async () => {
      const heir = await this.#owner(survivor);
      return heir !== undefined && !victims.includes(heir);
    });
    const ms = Date.now() - begin;
    this.#takeovers.push(ms);
    return `, taken over after ${(ms / 1000).toFixed(1)} s`;
  }

  /** Starts a server as a supervisor does: again when it ends because it does not reach the database. */
  async restart(machine: Machine, tries = 10): Promise<void> {
    try {
      await machine.server.restart();
      this.#down.delete(machine);
    } catch (error) {
      if (!(error instanceof ServerDidNotStart) || tries === 1) throw error;
      await pause(1_000);
      await this.restart(machine, tries - 1);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.machines[Symbol.asyncDispose]();
  }

  async #trouble(): Promise<string> {
    const { all } = this.machines;
    const trouble = any(TROUBLES.filter(({ servers }) => servers <= all.length));
    const machine = any(all);
    const another = any(all.filter((each) => each !== machine || all.length === 1));
    const begin = Date.now();
    const figure = await trouble.run(this, machine, another);
    this.#troubles.set(trouble.name, (this.#troubles.get(trouble.name) ?? 0) + 1);
    const mended = Date.now();
    await this.#allServe();
    this.#returns.push(Date.now() - mended);
    const seconds = (ms: number): string => (ms / 1000).toFixed(0).padStart(3);
    return `${timeOf(begin)} ${trouble.name.padEnd(18)}${seconds(mended - begin)} s, all serve after${seconds(Date.now() - mended)} s  ${figure}`;
  }

  /** Until each server answers calls and accepts events. */
  async #allServe(): Promise<void> {
    for (const { name, server } of this.machines.all) {
      await until(`${name} serves`, READY_MS, async () => {
        return (await this.#account.call(server, 0)) === 'ok' && (await this.#account.enqueue(server, 0));
      });
    }
  }

  async #owner(seenBy: Machine): Promise<Machine | undefined> {
    try {
      const { nodes } = (await seenBy.server.api.call('listClusterNodes', {})).data;
      const home = nodes.find(({ leases }) => leases.includes('triggers'));
      return this.machines.all.find(({ address }) => home?.address?.startsWith(`${address}:`));
    } catch {
      return undefined;
    }
  }

  async #judge(verdict: Verdict): Promise<void> {
    const account = this.#account;
    const [{ server }] = this.machines.all as [Machine];
    const isEmpty = async (): Promise<boolean> => (await account.open(server)).length === 0;
    const late = await until('every accepted event has a result', WORKED_OFF_MS, isEmpty).then(
      () => '',
      (error: Error) => error.message,
    );
    const violations = await account.violations(server, LIMIT);
    const { accepted, calls, notAccepted } = account;
    const sum = (list: readonly number[]): string =>
      list.length === 0 ? 'none' : `${list.length}, at most ${(Math.max(...list) / 1000).toFixed(1)} s`;
    verdict.judge('every accepted event ends', late === '', `${accepted.size} accepted ${late}`);
    verdict.judge(
      'nothing is lost, twice or above a limit',
      violations.length === 0,
      `${account.ticks} ticks, ${account.mostAtOnce()} of ${LIMIT} at once ${violations.slice(0, SHOWN).join('; ')}`,
    );
    verdict.judge('calls', (calls.ok ?? 0) > 0, `${JSON.stringify(calls)}, ${notAccepted.size} events not accepted`);
    const isSoon = this.#takeovers.every((ms) => ms <= TAKEOVER_MS);
    verdict.judge(`takeovers in ${TAKEOVER_MS / 1000} s`, isSoon, sum(this.#takeovers));
    verdict.judge('all serve again by themselves', true, sum(this.#returns));
    const troubles = [...this.#troubles].map(([name, count]) => `${count} x ${name}`).join(', ');
    verdict.judge('troubles', this.#troubles.size > 0, troubles);
    for (const [text, { count, firstAt, lastAt, endpoints }] of account.failures) {
      const where = [...endpoints].join(', ');
      this.#options.say(
        `${String(count).padStart(6)} x  ${text} (${timeOf(firstAt)} to ${timeOf(lastAt)} by ${where})`,
      );
    }
  }
}

const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 23);

function any<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}
