const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Programs read a name that ends so as an address of IPv4: 127.1, 0x7f000001. */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
const MAX_CHARS = 253;
const REQUESTED = /^([a-z0-9.-]+?)\.?(?::\d*)?$/;

/** A name of DNS in lower case. Undefined for addresses, for names of one label, and for everything else. */
export function readHostName(text: string): string | undefined {
  const host = text.toLowerCase();
  const labels = host.split('.');
  if (host.length > MAX_CHARS || labels.length < 2) return undefined;
  if (!labels.every((label) => LABEL.test(label)) || NUMBER.test(labels.at(-1) ?? '')) return undefined;
  return host;
}

/** The name in a Host header without port and without the dot at the end that stands for the root of DNS. */
export function requestedHost(header: string | undefined): string | undefined {
  return header === undefined ? undefined : REQUESTED.exec(header.toLowerCase())?.[1];
}

export function isBelow(host: string, domain: string): boolean {
  return host.endsWith(`.${domain}`);
}
