import { runHostCommand } from '../host-command.ts';
import { feedCommand } from './feed-command.ts';
import { FilterSession } from './filter-session.ts';
import { HELD } from './rules.ts';

/** Changes the table of an agent, and keeps other programs from changing it where the kernel can do that. */
export class PacketFilter {
  /** The flags of the table: `HELD`, or none on kernels where a table cannot belong to a process and stay after it. */
  readonly flags: string;
  readonly #table: string;
  readonly #session: FilterSession;

  private constructor(table: string, session: FilterSession, flags: string) {
    this.#table = table;
    this.#session = session;
    this.flags = flags;
  }

  /** Creates `table` empty. `onRelease` is called when other programs can change it again. */
  static async open(table: string, onRelease: () => void): Promise<PacketFilter> {
    const session = new FilterSession(onRelease);
    try {
      await session.run(`add table inet ${table} { ${HELD} }`);
      return new PacketFilter(table, session, HELD);
    } catch {
      session.close();
      return new PacketFilter(table, session, '');
    }
  }

  /** Runs the commands as one transaction. Throws `NETWORK_FAILED`. */
  run(commands: string): Promise<void> {
    return this.flags === '' ? feedCommand('nft', ['-f', '-'], commands) : this.#session.run(commands);
  }

  /** The table as the kernel lists it; empty when there is none. */
  list(): Promise<string> {
    return runHostCommand('nft', ['list', 'table', 'inet', this.#table]).catch(() => '');
  }

  /** Deletes the table. */
  async close(): Promise<void> {
    await this.run(`delete table inet ${this.#table}`).catch(() => {});
    this.#session.close();
  }
}
