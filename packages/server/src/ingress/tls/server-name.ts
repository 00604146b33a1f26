import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { PlatformError } from '../../lib/platform-error.ts';

/** The name in the TLS handshake decides which certificate a client has seen. Throws `misdirected_request`. */
export function checkServerName({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): void {
  if (!(socket instanceof TLSSocket)) return;
  const host = (headers.host ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
  const name = typeof socket.servername === 'string' ? socket.servername.toLowerCase() : '';
  if (host !== '' && host === name) return;
  throw new PlatformError('misdirected_request', 'the connection was made for another host name', {
    hint: 'Send the request over a connection of its own.',
  });
}
