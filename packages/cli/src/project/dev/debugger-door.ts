import { createServer, type Server, type Socket } from 'node:net';

/** What the server sends for a function that is debugged. */
export interface DebugNews {
  readonly session?: string;
  readonly connection?: number;
  readonly data?: string;
  readonly end?: boolean;
  readonly reason?: string;
}

export interface DebugPiece {
  readonly connection: number;
  readonly data?: string;
  readonly end?: boolean;
}

/** As large as a server takes them. */
const MAX_PIECE_BYTES = 256 * 1024;

/** A port of this machine that leads to the debugger of one function. Only programs of this machine can connect to it. */
export class DebuggerDoor {
  readonly #send: (session: string, piece: DebugPiece) => Promise<void>;
  readonly #sockets = new Map<number, Socket>();
  readonly #server: Server;
  #session: string | undefined;
  #last = 0;

  /** `send` rejects when the session has ended. */
  constructor(send: (session: string, piece: DebugPiece) => Promise<void>) {
    this.#send = send;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Rejects when the port is in use. */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host: '127.0.0.1' }, resolve);
    });
  }

  /** What the server sent. Connections of an earlier session end. */
  take({ session, connection, data, end }: DebugNews): void {
    if (session !== undefined) {
      this.endSession();
      this.#session = session;
    }
    const socket = connection === undefined ? undefined : this.#sockets.get(connection);
    if (socket === undefined) return;
    if (data !== undefined) socket.write(Buffer.from(data, 'base64'));
    if (end === true) socket.end();
  }

  endSession(): void {
    this.#session = undefined;
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  close(): void {
    this.endSession();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const session = this.#session;
    socket.on('error', () => socket.destroy());
    if (session === undefined) {
      socket.destroy();
      return;
    }
    this.#last += 1;
    const connection = this.#last;
    this.#sockets.set(connection, socket);
    void this.#forward(session, connection, socket);
  }

  async #forward(session: string, connection: number, socket: Socket): Promise<void> {
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length; at += MAX_PIECE_BYTES) {
          const data = chunk.subarray(at, at + MAX_PIECE_BYTES).toString('base64');
          await this.#send(session, { connection, data });
        }
      }
    } catch {
      // the debugger or the session has gone: the other side learns it below
    }
    this.#sockets.delete(connection);
    socket.destroy();
    await this.#send(session, { connection, end: true }).catch(() => {});
  }
}
