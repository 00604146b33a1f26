import type { TlsOptions } from 'node:tls';
import type { Certificates } from './certificates.ts';

/** Computing a handshake costs the server far more than its client. */
const HANDSHAKE_MS = 10_000;

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
