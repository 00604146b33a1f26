import type { Server } from 'node:net';
import type { DoorListener } from './sandbox.ts';

/** The sockets of one sandbox: those that come before their listener wait for it. */
export class DoorBuffer {
  readonly #servers = new Map<number, Server>();
  #listener: DoorListener | undefined;
  #closed = false;

  add(port: number, server: Server): void {
    if (this.#closed) {
      server.close();
      return;
    }
    this.#servers.set(port, server);
    this.#listener?.(port, server);
  }

  listen(listener: DoorListener): void {
    this.#listener = listener;
    for (const [port, server] of this.#servers) listener(port, server);
  }

  /** Accepts nothing more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
  }
}
