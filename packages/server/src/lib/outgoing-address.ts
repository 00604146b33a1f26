import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isInternalAddress } from './internal-address.ts';

/** `host` or `host:port` of machines in the own network that may be asked; all others must be public. */
export type AllowedHosts = ReadonlySet<string>;

/** The address is not public and not allowed by the configuration. */
export class InternalAddressError extends Error {
  constructor(host: string) {
    super(`${host} is inside the server's own network`);
    this.name = 'InternalAddressError';
  }
}

/**
 * How the host of an address is looked up when it is asked for something on behalf of a user. The answer is judged for the
 * very connection that is made, so that a name cannot mean something else a moment later. Throws `InternalAddressError`
 * for an address that is written as a number, since nothing is looked up for it; the lookup fails with it for names.
 */
export function lookupFor(url: URL, allowed: AllowedHosts): LookupFunction {
  if (allowed.has(url.host) || allowed.has(url.hostname)) return dnsLookup;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isInternalAddress(host)) throw new InternalAddressError(url.host);
  return (hostname, options, done) => {
    dnsLookup(hostname, options, (error, address, family) => {
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      if (error === null && found.some(isInternalAddress)) done(new InternalAddressError(url.host), address, family);
      else done(error, address, family);
    });
  };
}
