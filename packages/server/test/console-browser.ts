import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly json: any;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

const SESSION = '/v1/console/session';

/** Sends requests as a page of the console does, with the cookies that it was given; each header can be replaced. */
export class Browser {
  readonly #endpoint: URL;
  readonly #host: string;
  readonly cookies = new Map<string, string>();

  constructor(endpoint: string, host = new URL(endpoint).host) {
    this.#endpoint = new URL(endpoint);
    this.#host = host;
  }

  async send(method: string, path: string, { headers = {}, body }: Sent = {}): Promise<Answer> {
    const own: Record<string, string | undefined> = {
      host: this.#host,
      'x-fgs-console': '1',
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { origin: `http://${this.#host}` }),
      ...(this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    const { hostname, port } = this.#endpoint;
    return new Promise((done, reject) => {
      const outgoing = request(
        { hostname, port, method, path, headers: sent as Record<string, string> },
        (incoming) => {
          buffer(incoming).then((bytes) => {
            this.#store(incoming.headers['set-cookie'] ?? []);
            const text = bytes.toString();
            const isJson = String(incoming.headers['content-type']).includes('json') && text !== '';
            const json: unknown = isJson ? JSON.parse(text) : undefined;
            done({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json });
          }, reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body));
    });
  }

  signIn(body: unknown, headers: Sent['headers'] = {}): Promise<Answer> {
    return this.send('POST', SESSION, { body, headers });
  }

  session(headers: Sent['headers'] = {}): Promise<Answer> {
    return this.send('GET', SESSION, { headers });
  }

  signOut(): Promise<Answer> {
    return this.send('DELETE', SESSION);
  }

  #store(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/Max-Age=0/.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
