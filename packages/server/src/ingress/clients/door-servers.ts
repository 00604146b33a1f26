import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { PLATFORM_HOST } from '@funcgraph/agent';
import type { Resident } from '../../domain/resident.ts';
import type { PlatformDoors } from '../../instances/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { InsideClients } from './inside-clients.ts';

/** What answers inside sandboxes: one line each. Ports below 1024, on which functions cannot listen. */
const DOORS = {
  api: { port: 80, variable: 'RUNTIME_PLATFORM_ENDPOINT' },
  gateway: { port: 81, variable: 'RUNTIME_GATEWAY_ENDPOINT' },
  storage: { port: 82, variable: 'RUNTIME_STORAGE_ENDPOINT' },
} as const;

/** In the sandboxes of functions that are debugged: each connection leads to a debugger there. */
const DEBUGGER_PORT = 83;

export type DoorName = keyof typeof DOORS;

/** The HTTP servers for functions. They listen on no port of the machine: their connections come from sandboxes only. */
export class DoorServers implements PlatformDoors {
  readonly clients: InsideClients;
  readonly ports: readonly number[] = Object.values(DOORS).map(({ port }) => port);
  readonly env: Readonly<Record<string, string>> = Object.fromEntries(
    Object.values(DOORS).map(({ port, variable }) => [variable, addressOf(port)]),
  );
  readonly debuggerPort = DEBUGGER_PORT;
  readonly #servers = new Map<number, Server>();
  #onDebugger: (socket: Socket, resident: Resident) => void = (socket) => socket.destroy();

  constructor(clock: Clock) {
    this.clients = new InsideClients(clock);
  }

  serve(name: DoorName, server: Server): void {
    this.#servers.set(DOORS[name].port, server);
    // Node.js begins to watch for slow requests with this event, which a server that listens on no port never gets.
    server.emit('listening');
  }

  /** Has `take` own the connections of debuggers. */
  leadDebuggers(take: (socket: Socket, resident: Resident) => void): void {
    this.#onDebugger = take;
  }

  accept(port: number, socket: Socket, resident: Resident): void {
    if (port === DEBUGGER_PORT) {
      this.#onDebugger(socket, resident);
      return;
    }
    const server = this.#servers.get(port);
    // The platform starts or stops.
    if (server === undefined) socket.destroy();
    else this.clients.accept(server, socket, resident);
  }

  /** Breaks the remaining connections. Sandboxes should be stopped before. */
  stop(): void {
    for (const server of this.#servers.values()) {
      // The error is that it listens on no port.
      server.close(() => {});
      server.closeAllConnections();
    }
    this.#servers.clear();
  }
}

/** 80 is the default port of HTTP: clients that sign the Host header write it differently. */
function addressOf(port: number): string {
  return port === 80 ? `http://${PLATFORM_HOST}` : `http://${PLATFORM_HOST}:${port}`;
}
