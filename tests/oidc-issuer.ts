import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const CLIENT = { id: 'funcgraph', secret: 'a secret of the client, with : and %' };

/** A certified OpenID Connect provider. It takes every name with every password; its claims of a person are the name. */
export class OidcIssuer implements AsyncDisposable {
  readonly client = CLIENT;
  readonly issuer: string;
  readonly #server: Server;
  /** Requests that arrived, as `METHOD path`. */
  readonly requests: string[] = [];
  /** While set, no request is answered properly. */
  isBroken = false;

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<OidcIssuer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new OidcIssuer(server);
  }

  /** Where it may send browsers back to: the server that uses it starts after it. */
  register(callbacks: readonly string[]): void {
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [...callbacks] }],
      claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'] },
      cookies: { keys: ['of a test'] },
      jwks: { keys: [signingKey()] },
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id, email: `${id}@example.com`, email_verified: false }),
      }),
      // without a question whether this server may know the name
      loadExistingGrant: async ({ oidc }) => {
        const grant = new provider.Grant({ accountId: oidc.session?.accountId ?? '', clientId: CLIENT.id });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    const answer = provider.callback();
    this.#server.on('request', (incoming, response) => {
      this.requests.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
      if (this.isBroken) response.writeHead(502).end();
      else answer(incoming, response);
    });
  }

  /** Signs a person in at the address, as a browser does; the query with which the browser comes back. */
  async signIn(address: string, name: string): Promise<string> {
    const cookies = new Map<string, string>();
    let at = new URL(address);
    let form: string | undefined;
    for (let steps = 0; steps < 10; steps += 1) {
      const answer = await this.#send(at, cookies, form);
      const { location } = answer.headers;
      if (location !== undefined) {
        at = new URL(location, at);
        form = undefined;
        if (at.origin !== this.issuer) return at.search.slice(1);
      } else if (answer.statusCode === 200 && form === undefined) {
        form = new URLSearchParams({ prompt: 'login', login: name, password: 'any' }).toString();
      } else {
        throw new Error(`the issuer answered ${answer.statusCode}: ${await text(answer)}`);
      }
    }
    throw new Error('the issuer did not send the browser back');
  }

  async #send(to: URL, cookies: Map<string, string>, form: string | undefined): Promise<IncomingMessage> {
    const incoming = await new Promise<IncomingMessage>((done, failed) => {
      const outgoing = request(
        to,
        {
          method: form === undefined ? 'GET' : 'POST',
          headers: {
            cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
            ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        },
        done,
      );
      outgoing.on('error', failed);
      outgoing.end(form);
    });
    for (const line of incoming.headers['set-cookie'] ?? []) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    if (incoming.statusCode !== 400) incoming.resume();
    return incoming;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
}
