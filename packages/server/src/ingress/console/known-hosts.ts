import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** What the address bar of a browser shows, as far as the server can know it. */
export interface Place {
  /** The Host header. */
  readonly host: string;
  /** The browser uses TLS: a reverse proxy ends it. */
  readonly secure: boolean;
  /** The name of the browser's own machine. */
  readonly loopback: boolean;
}

export interface KnownHostsOptions {
  /** The address that the server listens on. */
  readonly host: string;
  /** The name of the machine. */
  readonly machine: string;
  /** Address of the API for others. */
  readonly publicUrl: string | undefined;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Hosts at which browsers reach the console. A page of a foreign site whose name leads to this server (DNS rebinding)
 * has another one; addresses are no names, so any is fine.
 */
export class KnownHosts {
  readonly #names: ReadonlySet<string>;
  readonly #public: URL | undefined;

  constructor({ host, machine, publicUrl }: KnownHostsOptions) {
    this.#public = publicUrl === undefined ? undefined : new URL(publicUrl);
    const names = ['localhost', host, machine, ...(this.#public === undefined ? [] : [this.#public.hostname])];
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /** Undefined for a host that the server does not know as its own. */
  placeOf({ host: given = '' }: IncomingHttpHeaders): Place | undefined {
    const host = given.toLowerCase();
    const name = HOST.exec(host)?.[1];
    if (name === undefined) return undefined;
    const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
    if (!isAddress && !this.#names.has(name)) return undefined;
    const secure = this.#public?.protocol === 'https:' && this.#public.host === host;
    return { host, secure, loopback: LOOPBACK.test(name) };
  }

  /**
   * Whether cookies of the console go to this host, whatever the port, so that other pages there must be apart from it.
   * Addresses of the own machine are for such pages: the console is at `localhost` there.
   */
  isOfConsole(host: string, overHttp: boolean): boolean {
    const place = this.placeOf({ host });
    if (place === undefined) return false;
    const name = HOST.exec(place.host)?.[1];
    if (place.loopback) return name === 'localhost';
    return overHttp || (this.#public?.protocol === 'https:' && this.#public.hostname === name);
  }

  /** Whether the page of an `Origin` header is at this place. A proxy in front of localhost may end TLS. */
  isAt(origin: string, { host, secure }: Place): boolean {
    return origin === `https://${host}` || (!secure && origin === `http://${host}`);
  }
}
