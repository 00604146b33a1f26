import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Certificates } from './certificates.ts';

/** Computing a handshake costs the server far more than its client. */
const HANDSHAKE_MS = 10_000;
export const MAX_HANDSHAKES = 500;

/** A connection without a name, or for one without a certificate, ends in the handshake. */
export function tlsOptions(certificates: Pick<Certificates, 'contextFor'>): TlsOptions {
  return {
    SNICallback: (serverName, done) => {
      const context = certificates.contextFor(serverName);
      if (context === undefined) done(new Error(`no certificate for ${serverName}`));
      else done(null, context);
    },
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_MS,
  };
}

/** Connections beyond so many unfinished handshakes are closed at once. */
export function limitHandshakes(server: Server, most = MAX_HANDSHAKES): void {
  let pending = 0;
  const accept = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (pending >= most) {
      socket.destroy();
      return;
    }
    pending += 1;
    for (const each of accept) each.call(server, socket);
  });
  // each handshake ends with one of these
  const ended = (): void => {
    pending -= 1;
  };
  server.on('secureConnection', ended).on('tlsClientError', ended);
}
