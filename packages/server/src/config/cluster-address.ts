import { isIP } from 'node:net';
import { ConfigError } from './compile.ts';
import type { ClusterAddress } from './schema.ts';

const FORM = 'Write it as 10.0.0.5:8090, node1.internal:8090 or [fd00::5]:8090.';

/** Throws `ConfigError`. */
export function clusterAddress(text: string | undefined, hasDatabaseUrl: boolean): ClusterAddress | undefined {
  if (text === undefined) return undefined;
  if (!hasDatabaseUrl) {
    throw new ConfigError(
      'cluster_address is for servers that share a PostgreSQL database, and no database URL is set',
      'Leave it out: a server with SQLite is the only one.',
    );
  }
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new ConfigError(`cluster_address cannot be ${text}`, FORM);
  }
  if (host === '0.0.0.0' || host === '::') {
    throw new ConfigError(
      `cluster_address must name this machine for the others, and ${host} names each of them`,
      FORM,
    );
  }
  return { host, port };
}
