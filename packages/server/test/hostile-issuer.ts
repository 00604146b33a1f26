import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Faults {
  /** Of the ID token, in place of the right ones; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs with a key that the issuer does not publish. */
  readonly foreignKey?: boolean;
  /** Of the discovery document. */
  readonly document?: Readonly<Record<string, unknown>>;
  /** Answers of the token endpoint in place of tokens. */
  readonly token?: { readonly status: number; readonly body: object };
}

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** An issuer that makes ID tokens as a test wants them, for any code. */
export class HostileIssuer implements AsyncDisposable {
  readonly issuer: string;
  readonly #server: Server;
  readonly #keys = { own: pair(), foreign: pair() };
  faults: Faults = {};
  /** Of the last sign-in that was begun. */
  nonce = '';

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming, response) => this.#answer(incoming, response));
  }

  static async start(): Promise<HostileIssuer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new HostileIssuer(server);
  }

  /** The query with which it sends a browser back that came to this address. */
  back(address: string): URLSearchParams {
    const { searchParams } = new URL(address);
    this.nonce = searchParams.get('nonce') ?? '';
    return new URLSearchParams({ code: 'any', state: searchParams.get('state') ?? '' });
  }

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const send = (body: object, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { issuer, faults } = this;
    if (url === '/jwks')
      send({ keys: [{ ...this.#keys.own.publicKey.export({ format: 'jwk' }), use: 'sig', kid: 'k' }] });
    else if (url === '/token') {
      if (faults.token !== undefined) send(faults.token.body, faults.token.status);
      else send({ access_token: 'a', token_type: 'Bearer', id_token: this.#idToken() });
    } else {
      const names = ['authorization', 'token'].map((name) => [`${name}_endpoint`, `${issuer}/${name}`]);
      send({ issuer, jwks_uri: `${issuer}/jwks`, ...Object.fromEntries(names), ...faults.document });
    }
  }

  #idToken(): string {
    const { claims, header = {}, foreignKey = false } = this.faults;
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: this.issuer, sub: 's', aud: 'funcgraph', nonce: this.nonce, iat: now, exp: now + 300 };
    const fullHeader = { alg: 'RS256', kid: 'k', ...header };
    const parts = [fullHeader, { ...usual, ...claims }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const key = foreignKey ? this.#keys.foreign : this.#keys.own;
    return [...parts, fullHeader.alg === 'none' ? '' : signature(parts.join('.'), key.privateKey)].join('.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

function signature(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text), key).toString('base64url');
}
