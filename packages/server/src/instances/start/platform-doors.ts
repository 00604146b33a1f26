import type { Server, Socket } from 'node:net';
import type { Resident } from '../../domain/resident.ts';
import type { Sandbox } from '../sandbox/index.ts';

/** What the platform offers inside sandboxes. */
export interface PlatformDoors {
  readonly ports: readonly number[];
  /** To which instances that are debugged connect; in no other sandbox. */
  readonly debuggerPort: number;
  /** Variables of functions that name the addresses. */
  readonly env: Readonly<Record<string, string>>;
  /** Owns the connection from then on; it is destroyed when the sandbox ends. */
  accept(port: number, socket: Socket, resident: Resident): void;
}

/** The connections that one sandbox opens to the platform. */
export class SandboxDoors {
  readonly #doors: PlatformDoors;
  readonly #open = new Set<Socket>();
  #resident: Resident | undefined;

  constructor(sandbox: Pick<Sandbox, 'onDoor' | 'exited'>, doors: PlatformDoors) {
    this.#doors = doors;
    sandbox.onDoor((port, server) => this.#serve(port, server));
    // An open connection would keep the network of the sandbox.
    void sandbox.exited.then(() => {
      for (const socket of this.#open) socket.resetAndDestroy();
    });
  }

  /** Before its code is loaded. Connections from earlier, when there was no code, are refused. */
  moveIn(resident: Resident): void {
    this.#resident = resident;
  }

  #serve(port: number, server: Server): void {
    server.on('error', () => server.close());
    server.on('connection', (socket) => {
      if (this.#resident === undefined) {
        socket.destroy();
        return;
      }
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      this.#doors.accept(port, socket, this.#resident);
    });
  }
}
