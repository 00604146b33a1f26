import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { checkHost } from '../http/one-host.ts';
import { failed } from '../http/outcome.ts';
import type { KnownHosts } from './known-hosts.ts';
import type { PageFiles } from './page-files.ts';

const BASE = '/console/';
const INDEX = 'index.html';
/** Names of these have a hash of their contents. */
const ASSETS = 'assets/';
const YEAR_SECONDS = 31_536_000;

/** Component libraries and the code editor write styles; everything else is a file of this server. */
const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const NOT_BUILT = `<!doctype html>
<html lang="en"><title>Funcgraph console</title>
<h1>The console is not built</h1>
<p>Run <code>npm run build</code> in the folder of Funcgraph, and start the server again.</p>
</html>
`;

export interface ConsolePagesDeps {
  readonly files: PageFiles;
  readonly hosts: KnownHosts;
  readonly log: Logger;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** The files of the console below `/console/`. Browsers that open the address of the API are sent there. */
export class ConsolePages {
  readonly #deps: ConsolePagesDeps;

  constructor(deps: ConsolePagesDeps) {
    this.#deps = deps;
  }

  /** False for a request that is no page: the API answers it. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request.url);
    if (path !== '/console' && !path.startsWith(BASE) && !(path === '/' && asksForPage(request))) return false;
    // a body is of no use here, and may be of any size
    request.resume();
    this.#answer(request, path)
      .catch((error: unknown) => this.#failure(request, error))
      .then((answer) => send(request, response, answer))
      .catch(() => response.destroy());
    return true;
  }

  async #answer(request: IncomingMessage, path: string): Promise<Answer> {
    checkHost(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return text(405, 'Pages are only read.\n', { Allow: 'GET, HEAD' });
    }
    const place = this.#deps.hosts.placeOf(request.headers);
    if (place === undefined) {
      return text(403, 'The console is not at this host: set public_url to its address, or use that of the machine.\n');
    }
    // functions have pages at the addresses of the machine, and cookies do not tell ports apart
    if (place.loopback && !place.host.startsWith('localhost')) {
      const port = /:\d+$/.exec(place.host)?.[0] ?? '';
      return text(302, '', { Location: `http://localhost${port}${path.startsWith(BASE) ? request.url : BASE}` });
    }
    if (!path.startsWith(BASE)) return text(302, '', { Location: 'console/' });
    const { files } = this.#deps;
    if (!files.has(INDEX))
      return { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: NOT_BUILT };
    const name = path.slice(BASE.length);
    if (files.has(name)) return this.#file(request, name);
    // pages of the application have addresses of their own, but no file
    return /\.\w+$/.test(name) ? text(404, 'There is no such file.\n') : this.#file(request, INDEX);
  }

  async #file({ headers }: IncomingMessage, name: string): Promise<Answer> {
    const page = await this.#deps.files.get(name, String(headers['accept-encoding'] ?? ''));
    const { bytes, etag, type, coding, varies } = page;
    const shared = {
      ETag: etag,
      'Cache-Control': name.startsWith(ASSETS) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
      ...(varies ? { Vary: 'Accept-Encoding' } : {}),
    };
    if (knows(headers['if-none-match'], etag)) return { status: 304, headers: shared, body: '' };
    const encoded = coding === undefined ? {} : { 'Content-Encoding': coding };
    return { status: 200, headers: { ...shared, ...encoded, 'Content-Type': type }, body: bytes };
  }

  #failure({ method = '', url = '' }: IncomingMessage, error: unknown): Answer {
    const { status, body } = failed(error, { id: '', method, url }, this.#deps.log);
    return { status, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: String(body) };
  }
}

/** Without the query; not decoded, because no name of a file needs that. */
function pathOf(url = ''): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function asksForPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && String(headers.accept ?? '').includes('text/html');
}

function knows(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag) === true;
}

function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body };
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    ...headers,
    ...(status === 304 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(method === 'HEAD' || status === 304 ? undefined : body);
}
