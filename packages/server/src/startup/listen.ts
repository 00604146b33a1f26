import type { AddressInfo, Server } from 'node:net';

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

/** The address for clients on this machine of a server that listens on this host and port. */
export function addressAt(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
