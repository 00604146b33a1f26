import { createServer, type Server, type Socket } from 'node:net';

/** Waits for the one connection that an instance makes. */
export interface LinkListener {
  /** Resolves with the connection; by then the listener is closed and its file removed. */
  readonly connection: Promise<Socket>;
  /** Idempotent. A pending `connection` rejects. */
  close(): void;
}

/** Listens on a new unix socket; resolves when the socket exists. Rejects when the path cannot be used. */
export function listenForLink(path: string): Promise<LinkListener> {
  return new Promise((resolve, reject) => {
    let settle: { resolve: (socket: Socket) => void; reject: (error: Error) => void };
    const connection = new Promise<Socket>((res, rej) => {
      settle = { resolve: res, reject: rej };
    });
    connection.catch(() => {});
    const server: Server = createServer({ noDelay: true }, (socket) => {
      server.close();
      settle.resolve(socket);
    });
    server.maxConnections = 1;
    server.once('error', reject);
    // The instance runs as another user; the folder and the name keep other processes out.
    server.listen({ path, writableAll: true }, () => {
      resolve({
        connection,
        close() {
          server.close();
          settle.reject(new Error('the link listener was closed'));
        },
      });
    });
  });
}
