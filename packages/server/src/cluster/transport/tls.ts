import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { NodeCredentials } from '../trust/authority.ts';

/** The chain has the authority, for servers that join. Sessions are not resumed: each connection proves both certificates. */
export function tlsBetweenNodes({ authority, certificate, privateKey }: NodeCredentials): SecureContextOptions {
  return {
    ca: authority,
    cert: `${certificate}${authority}`,
    key: privateKey,
    minVersion: 'TLSv1.3',
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}
