import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { AgentError } from '../agent-error.ts';

const NUMBERS = 512;
const SOCKETS = '/proc/net/unix';

/**
 * Shows other agents in the same network namespace that this agent is alive, and claims a number that is unique among
 * them. Both are abstract Unix sockets: such names belong to the network namespace, like bridges, and end with their
 * process. They are visible even to agents that share neither `/run` nor process ids, as in two containers on the
 * network of one machine.
 */
export class NetworkClaim {
  readonly number: number;
  readonly #servers: readonly Server[];

  private constructor(number: number, servers: readonly Server[]) {
    this.number = number;
    this.#servers = servers;
  }

  /** Tries the preferred number first. Throws `NETWORK_FAILED` when all numbers are claimed. */
  static async take(ownerId: string, preferred: number): Promise<NetworkClaim> {
    const owner = await listen(ownerSocket(ownerId));
    for (let tried = 0; tried < NUMBERS; tried += 1) {
      const number = (preferred + tried) % NUMBERS;
      const server = await listen(`funcgraph-network-${number}`);
      if (server !== undefined) return new NetworkClaim(number, owner === undefined ? [server] : [owner, server]);
    }
    owner?.close();
    throw new AgentError('NETWORK_FAILED', `${NUMBERS} agents use the network of this machine`);
  }

  release(): void {
    for (const server of this.#servers) server.close();
  }
}

/** Whether an agent of this name is alive on the network of the machine, in any container. */
export function isOnNetwork(ownerId: string): boolean {
  try {
    return readFileSync(SOCKETS, 'latin1').includes(`@${ownerSocket(ownerId)}`);
  } catch {
    return false;
  }
}

function ownerSocket(ownerId: string): string {
  return `funcgraph-agent-${ownerId}`;
}

/** Undefined when the name is taken. */
function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ path: `\0${name}` }, () => {
      server.unref();
      resolve(server);
    });
  });
}
