import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A connection to a service of this machine that a test can cut, or stop after so many bytes to the service. */
export class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  /** Bytes that still go to the service. */
  #left = Number.POSITIVE_INFINITY;

  private constructor(port: number) {
    this.#server = createServer((socket) => {
      if (this.#isCut) {
        socket.destroy();
        return;
      }
      const onward = connect(port, '127.0.0.1');
      for (const [end, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          this.#sockets.delete(end);
          other.destroy();
        });
      }
      onward.pipe(socket);
      socket.on('data', (chunk: Buffer) => {
        if (this.#left <= 0) {
          socket.pause();
          return;
        }
        this.#left -= chunk.length;
        onward.write(chunk);
      });
    });
  }

  static async to(address: string): Promise<Line> {
    const line = new Line(Number(new URL(address).port));
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Whether the bytes of `stopAfter` have passed. */
  get isStopped(): boolean {
    return this.#left <= 0;
  }

  stopAfter(bytes: number): void {
    this.#left = bytes;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
    this.#left = Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
