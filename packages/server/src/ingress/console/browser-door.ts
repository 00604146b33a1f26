import type { IncomingHttpHeaders } from 'node:http';
import type { Caller, Iam } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { KnownHosts, Place } from './known-hosts.ts';
import { sessionIn } from './session-cookie.ts';

/** Browsers send it from a page of another origin only after asking the server, which does not answer that. */
const CONSOLE_HEADER = 'x-fgs-console';
/** Its value for requests that a page makes by itself: they do not keep the session alive. */
const BACKGROUND = 'background';

export interface BrowserDoorDeps {
  readonly iam: Pick<Iam, 'console'>;
  readonly hosts: KnownHosts;
  /** Whether browsers on other machines may use plain HTTP. */
  readonly overHttp: boolean;
}

interface Head {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Identifies browsers by the cookie of the console, and makes sure that a page of the console sent the request. */
export class BrowserDoor {
  readonly #deps: BrowserDoorDeps;

  constructor(deps: BrowserDoorDeps) {
    this.#deps = deps;
  }

  /** Whether a request comes with a session and nothing else that proves its caller. */
  takes(headers: IncomingHttpHeaders): boolean {
    return (
      headers[CONSOLE_HEADER] !== undefined &&
      headers.authorization === undefined &&
      headers['x-auth-token'] === undefined
    );
  }

  /** Before the body is read. Throws `forbidden`, `unauthenticated`. */
  precheck(head: Head): void {
    const place = this.placeOf(head);
    if (this.#deps.iam.console.find(sessionIn(head.headers.cookie, place) ?? '') === undefined) throw signedOut();
  }

  /** Throws `forbidden` for a page of another origin, `unauthenticated` without a session. */
  async identify(head: Head): Promise<Caller> {
    const text = sessionIn(head.headers.cookie, this.placeOf(head)) ?? '';
    const caller = await this.#deps.iam.console.use(text, head.headers[CONSOLE_HEADER] !== BACKGROUND);
    if (caller === undefined) throw signedOut();
    return caller;
  }

  /** The console that sent a request. Throws `forbidden` when it was another page, or a page at a foreign host. */
  placeOf({ method, headers }: Head): Place {
    const { hosts, overHttp } = this.#deps;
    const place = hosts.placeOf(headers);
    if (place === undefined) {
      throw new PlatformError('forbidden', 'The console is not at this host.', {
        hint: 'Set public_url to the address of the console, or use the address of the machine.',
      });
    }
    if (!place.secure && !place.loopback && !overHttp) {
      throw new PlatformError('forbidden', 'The console cannot be used over plain HTTP from another machine.', {
        hint: 'Put a reverse proxy with TLS in front and set public_url, forward the port by SSH, or set console_over_http=on in a network that you trust.',
      });
    }
    if (headers[CONSOLE_HEADER] === undefined || !this.#isOwnPage(method, headers, place)) {
      throw new PlatformError('forbidden', 'The request does not come from a page of the console.', {
        hint: 'A reverse proxy must pass the Host header of the browser on.',
      });
    }
    return place;
  }

  #isOwnPage(method: string, { origin, 'sec-fetch-site': site }: IncomingHttpHeaders, place: Place): boolean {
    if (site !== undefined && site !== 'same-origin') return false;
    if (origin !== undefined) return this.#deps.hosts.isAt(origin, place);
    // over plain HTTP browsers send neither with a GET
    return site !== undefined || (method === 'GET' && !place.secure && !place.loopback);
  }
}

function signedOut(): PlatformError {
  return new PlatformError('unauthenticated', 'You are not signed in, or your session is over.');
}
