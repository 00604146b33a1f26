import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { clientNetwork } from './client-network.ts';

export interface HandshakeLimits {
  readonly all: number;
  /** Of one client, which so cannot lock out the others. */
  readonly ofClient: number;
}

const LIMITS: HandshakeLimits = { all: 500, ofClient: 100 };

/** Connections beyond so many unfinished handshakes are closed at once. */
export function limitHandshakes(server: Server, limits = LIMITS): void {
  /** Ends of unfinished handshakes, by the place of the client. */
  const pending = new Map<string, () => void>();
  const ofClients = new Map<string, number>();
  const accept = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const client = clientNetwork(socket.remoteAddress);
    const own = ofClients.get(client) ?? 0;
    if (pending.size >= limits.all || own >= limits.ofClient) {
      socket.destroy();
      return;
    }
    const place = placeOf(socket);
    ofClients.set(client, own + 1);
    const end = (): void => {
      if (pending.get(place) !== end) return;
      pending.delete(place);
      const rest = (ofClients.get(client) ?? 0) - 1;
      if (rest > 0) ofClients.set(client, rest);
      else ofClients.delete(client);
    };
    pending.set(place, end);
    socket.once('close', end);
    for (const each of accept) each.call(server, socket);
  });
  server.on('secureConnection', (socket: TLSSocket) => pending.get(placeOf(socket))?.());
}

function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
