import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, connect as open, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Secret } from '../lib/secret.ts';

const SOCKET = '.s.PGSQL.5432';

/**
 * A way to a PostgreSQL server that a test can stop. A stopped way loses what is sent and closes nothing, like a network
 * that drops packets.
 */
export class TestLine {
  readonly #server: Server;
  readonly #folder: string;
  readonly #sockets = new Set<Socket>();
  #isStopped = false;
  #stopsAfter: { readonly text: string; readonly done: () => void } | undefined;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  /** `target`: the URL of a database whose server listens in a folder. The line listens in `folder`, which exists. */
  static async open(target: Secret, folder: string): Promise<{ readonly line: TestLine; readonly url: Secret }> {
    const url = target.reveal();
    const [, host = ''] = /@([^/]*)\//.exec(url) ?? [];
    const socket = join(decodeURIComponent(host), SOCKET);
    const server = createServer((near) => line.#carry(near, open(socket)));
    const line = new TestLine(server, folder);
    server.listen(join(folder, SOCKET));
    await once(server, 'listening');
    return { line, url: new Secret(url.replace(host, encodeURIComponent(folder))) };
  }

  /** From now on nothing arrives any more, on connections that are open and on new ones. */
  stop(): void {
    this.#isStopped = true;
  }

  /** New connections work. Those that were open at a stop have lost bytes, and close. */
  resume(): void {
    this.#isStopped = false;
  }

  /**
   * The connection on which the text is sent to the database next stops after it: the database gets the text, and its
   * answer is lost. Others work. Resolves when that has happened.
   */
  stopAfter(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#stopsAfter = { text, done: resolve };
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(join(this.#folder, SOCKET), { force: true });
  }

  #carry(near: Socket, far: Socket): void {
    let isStopped = false;
    const pass = (from: Socket, to: Socket, after: (chunk: Buffer) => void): void => {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('data', (chunk: Buffer) => {
        isStopped ||= this.#isStopped;
        if (isStopped) return;
        to.write(chunk);
        after(chunk);
      });
      from.on('close', () => {
        this.#sockets.delete(from);
        // the other end hears of a close only when packets arrive
        if (!isStopped && !this.#isStopped) to.destroy();
      });
    };
    pass(near, far, (chunk) => {
      const { text, done } = this.#stopsAfter ?? {};
      if (text === undefined || !chunk.includes(text)) return;
      this.#stopsAfter = undefined;
      isStopped = true;
      done?.();
    });
    pass(far, near, () => {});
  }
}
