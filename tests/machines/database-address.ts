import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

const PORT = 5432;

/** The address at which servers reach the PostgreSQL that takes writes, as a TCP balancer before two of them has it. */
export class DatabaseAddress implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #folder: string | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => this.#pass(client));
  }

  static async open(host: string): Promise<DatabaseAddress> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(PORT, host, resolve);
    });
    return new DatabaseAddress(server);
  }

  /** Connections go to the PostgreSQL with its socket in that folder from now on, and earlier ones end. */
  lead(to: { readonly folder: string } | undefined): void {
    this.#folder = to?.folder;
    for (const socket of this.#open) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lead(undefined);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket): void {
    if (this.#folder === undefined) {
      client.destroy();
      return;
    }
    const database = connect(join(this.#folder, `.s.PGSQL.${PORT}`));
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      this.#open.add(one);
      one.setNoDelay(true);
      one
        .on('error', () => {})
        .once('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  }
}
