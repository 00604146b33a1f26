import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PlatformError } from '../lib/platform-error.ts';
import type { Membership } from '../storage/index.ts';
import type { RosterRow, RosterStore } from './roster-store.ts';
import type { ClusterListener } from './transport/listener.ts';
import type { NodeConnections } from './transport/node-connections.ts';
import type { ClusterNode } from './types.ts';

/** What a server does now. */
export interface NodeLoad {
  /** Calls that instances run, or hold in their lanes. */
  readonly running: number;
  /** Calls that wait for an instance, or for the limits of their account. */
  readonly waiting: number;
  readonly instances: number;
  /** Promised to instances. */
  readonly memoryMb: number;
}

export interface RosterNode extends RosterRow {
  /** The server that was asked. */
  readonly isSelf: boolean;
  /** Null for a server that gave no answer. */
  readonly load: NodeLoad | null;
}

export interface RosterOptions {
  readonly store: Pick<RosterStore, 'list' | 'setDraining' | 'remove'>;
  readonly membership: Pick<Membership, 'self'>;
  readonly nodes: { find(home: string): ClusterNode | undefined };
  /** Undefined for a server that has no way to others. */
  readonly connections: Pick<NodeConnections, 'request'> | undefined;
  readonly isShared: boolean;
  readonly load: () => NodeLoad;
}

const LOAD_PATH = '/load';
const ASK_MS = 2_000;
const MAX_BYTES = 4_096;

const Amount = Type.Number({ minimum: 0 });
const LoadAnswer = Compile(
  Type.Object(
    { running: Amount, waiting: Amount, instances: Amount, memoryMb: Amount },
    { additionalProperties: true },
  ),
);

/** Lets other servers ask what this one does. */
export function openLoadDoor(listener: Pick<ClusterListener, 'route'>, load: () => NodeLoad): void {
  listener.route('GET', LOAD_PATH, (_request, response) => {
    const body = Buffer.from(JSON.stringify(load()));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
}

/** The servers of the cluster and what is done with them. Errors are those of the API. */
export class Roster {
  readonly #options: RosterOptions;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** By name. A server that gives no answer in two seconds has no load. */
  async list(): Promise<readonly RosterNode[]> {
    const rows = await this.#options.store.list();
    return Promise.all(rows.map((row) => this.#withLoad(row)));
  }

  /** `home`: that of the server. It takes no new work until it starts again, or draining ends. */
  drain(home: string): Promise<RosterNode> {
    return this.#setDraining(home, true);
  }

  undrain(home: string): Promise<RosterNode> {
    return this.#setDraining(home, false);
  }

  /** Takes a server out for good. One that still lives must be drained and idle; it stops. */
  async remove(home: string): Promise<void> {
    const { name, id, live, draining, load } = await this.#withLoad(await this.#find(home));
    if (live && !draining) {
      throw new PlatformError('server_in_service', `The server ${name} runs and takes work.`, {
        hint: `Drain it first: fgs cluster drain ${home}.`,
      });
    }
    if (live && load !== null && load.running > 0) {
      throw new PlatformError('server_in_service', `The server ${name} still runs calls: ${load.running}.`, {
        hint: 'Remove it when fgs cluster status shows that it runs none, or stop its process.',
      });
    }
    if (await this.#options.store.remove(id)) return;
    throw new PlatformError('changed_meanwhile', `The server ${name} came back or left meanwhile.`, {
      hint: 'Look at fgs cluster status, and try again.',
    });
  }

  async #setDraining(home: string, draining: boolean): Promise<RosterNode> {
    const row = await this.#find(home);
    if (!(await this.#options.store.setDraining(row.id, draining))) throw unknownServer(home);
    return this.#withLoad({ ...row, draining });
  }

  async #find(home: string): Promise<RosterRow> {
    const row = (await this.#options.store.list()).find((one) => one.home === home);
    if (row === undefined) throw unknownServer(home);
    if (this.#options.isShared) return row;
    throw new PlatformError('server_alone', 'This server works on SQLite, without others that take over its work.', {
      hint: 'Stop it, or run several servers on one PostgreSQL database: docs/guides/several-machines.md.',
    });
  }

  async #withLoad(row: RosterRow): Promise<RosterNode> {
    const { membership, load } = this.#options;
    const { self } = membership;
    if (row.home !== self.home) return { ...row, isSelf: false, load: await this.#loadOf(row) };
    // on SQLite only the server itself knows it
    return { ...row, ...self.description, isSelf: true, load: load() };
  }

  async #loadOf({ home, live }: RosterRow): Promise<NodeLoad | null> {
    const { nodes, connections } = this.#options;
    const node = nodes.find(home);
    if (!live || node === undefined || connections === undefined) return null;
    try {
      const signal = AbortSignal.timeout(ASK_MS);
      const { status, headers, body } = await connections.request(node, { method: 'GET', path: LOAD_PATH, signal });
      const answer = await jsonOf(headers, body);
      return status === 200 && LoadAnswer.Check(answer) ? answer : null;
    } catch {
      // its row shows that it gave no answer
      return null;
    }
  }
}

async function jsonOf(headers: IncomingMessage['headers'], body: IncomingMessage): Promise<unknown> {
  if (!(Number(headers['content-length']) <= MAX_BYTES)) {
    body.destroy();
    return undefined;
  }
  return JSON.parse(await text(body));
}

function unknownServer(home: string): PlatformError {
  return new PlatformError('not_found', `No server of this cluster has the id ${home}.`, {
    hint: 'fgs cluster status lists them.',
  });
}
