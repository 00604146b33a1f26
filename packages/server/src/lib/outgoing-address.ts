import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isInternalAddress } from './internal-address.ts';
import { NetworkSet } from './network-set.ts';

/**
 * `host` or `host:port` of machines in the own network that may be called, or networks such as `10.1.0.0/16`; all others
 * must be public.
 */
export type AllowedHosts = ReadonlySet<string>;

/** The address is not public and not allowed by the configuration. */
export class InternalAddressError extends Error {
  constructor(host: string) {
    super(`${host} is inside the server's own network`);
    this.name = 'InternalAddressError';
  }
}

/**
 * Looks up the host of an address that is called on behalf of a user. The check applies to the connection itself, so
 * that a name cannot resolve to another address a moment later. Throws `InternalAddressError` for a numeric address,
 * which needs no lookup; for names the lookup fails with it.
 */
export function lookupFor(url: URL, allowed: AllowedHosts): LookupFunction {
  if (allowed.has(url.host) || allowed.has(url.hostname)) return dnsLookup;
  const networks = new NetworkSet([...allowed].filter((entry) => entry.includes('/')));
  const isRefused = (address: string): boolean => isInternalAddress(address) && !networks.has(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isRefused(host)) throw new InternalAddressError(url.host);
  return (hostname, options, done) => {
    dnsLookup(hostname, options, (error, address, family) => {
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      if (error === null && found.some(isRefused)) done(new InternalAddressError(url.host), address, family);
      else done(error, address, family);
    });
  };
}
