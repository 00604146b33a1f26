import type { AddressInfo, Server } from 'node:net';
import type { Config } from '../config/index.ts';
import type { Addresses } from './credentials.ts';

/** Resolves when the server accepts connections; rejects when the address is unavailable. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen(port, host, done);
  });
}

/** Addresses for clients on this machine of a server that listens. */
export function addressOf(server: Server, host: string): string {
  return addressAt(host, (server.address() as AddressInfo).port);
}

/** Addresses before the server listens; a port that is not chosen yet is 0. */
export function plannedAddresses({ host, port, gatewayPort, storagePort, region }: PlannedPorts): Addresses {
  return {
    endpoint: addressAt(host, port),
    gateway: addressAt(host, gatewayPort),
    storage: addressAt(host, storagePort),
    region,
  };
}

type PlannedPorts = Pick<Config, 'host' | 'port' | 'gatewayPort' | 'storagePort' | 'region'>;

/** The address for clients on this machine of a server that listens on this host and port. */
function addressAt(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
