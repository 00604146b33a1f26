import type { Server } from 'node:net';
import type { DoorListener } from './sandbox.ts';

/** A socket of a sandbox that accepts nothing yet. */
export interface WaitingDoor {
  /** Accepts connections from now on, also those that waited. */
  listen(): Server;
  close(): void;
}

/** The sockets of one sandbox: those that come before their listener wait for it, with their connections. */
export class DoorBuffer {
  readonly #waiting = new Map<number, WaitingDoor>();
  readonly #servers = new Set<Server>();
  #listener: DoorListener | undefined;
  #closed = false;

  add(port: number, door: WaitingDoor): void {
    if (this.#closed) door.close();
    else if (this.#listener === undefined) this.#waiting.set(port, door);
    else this.#open(port, door, this.#listener);
  }

  listen(listener: DoorListener): void {
    this.#listener = listener;
    for (const [port, door] of this.#waiting) this.#open(port, door, listener);
    this.#waiting.clear();
  }

  /** Accepts nothing more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const door of [...this.#waiting.values(), ...this.#servers]) door.close();
    this.#waiting.clear();
    this.#servers.clear();
  }

  #open(port: number, door: WaitingDoor, listener: DoorListener): void {
    const server = door.listen();
    this.#servers.add(server);
    listener(port, server);
  }
}
