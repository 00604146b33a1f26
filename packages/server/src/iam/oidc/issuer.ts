import type { AuthorizationServer, Client, ClientAuth, ExportedJWKSCache } from 'oauth4webapi';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Secret } from '../../lib/secret.ts';
import type { Attempt } from './attempts.ts';
import { type IssuerFetch, issuerFetch, unavailable } from './issuer-fetch.ts';
import { type Claims, personOf } from './person-of.ts';

/** Seconds that the clocks of issuer and machine may differ. */
const CLOCK_SECONDS = 60;
const KNOWN_MS = 60 * 60 * 1000;
/** A failed discovery is not repeated before this. */
const PAUSE_MS = 5_000;

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a client that has none. */
  readonly clientSecret: Secret | undefined;
  /** For people. */
  readonly name: string;
  /** Holds the name of the user. */
  readonly claim: string;
  /** Certificates (PEM) besides those of public authorities. */
  readonly ca: string | undefined;
}

type Oauth = typeof import('oauth4webapi');

/** Loaded at the first sign-in. */
const load = (): Promise<Oauth> => import('oauth4webapi');

/** Speaks to the issuer: finds its addresses, trades a code for an ID token and checks that. */
export class Issuer {
  readonly #options: OidcOptions;
  readonly #clock: Clock;
  readonly #fetch: IssuerFetch;
  readonly #keys: ExportedJWKSCache | Record<string, never> = {};
  #metadata: AuthorizationServer | undefined;
  #search: Promise<AuthorizationServer | undefined> = Promise.resolve(undefined);
  #searchedAt = Number.NEGATIVE_INFINITY;
  #failure: unknown;

  constructor(options: OidcOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#fetch = issuerFetch(options.ca);
  }

  /** Where the browser goes to sign in. Throws `issuer_unavailable`. */
  async signInUrl({ state, nonce, verifier, callback }: Attempt): Promise<string> {
    const oauth = await load();
    const { authorization_endpoint: endpoint } = await this.#server();
    if (endpoint === undefined || !this.#isAllowed(endpoint)) {
      throw unavailable(new Error('the issuer names no authorization endpoint that can be used'));
    }
    const url = new URL(endpoint);
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    for (const [name, value] of [
      ['client_id', this.#options.clientId],
      ['response_type', 'code'],
      ['scope', 'openid profile email'],
      ['redirect_uri', callback],
      ['state', state],
      ['nonce', nonce],
      ['code_challenge', challenge],
      ['code_challenge_method', 'S256'],
    ] as const) {
      url.searchParams.set(name, value);
    }
    return url.href;
  }

  /**
   * The name of the user that the issuer's answer is about. Throws `unauthenticated` when the answer does not belong to the
   * attempt or the issuer refuses it, `forbidden` for a person without a usable name, `issuer_unavailable`.
   */
  async nameIn(answer: URLSearchParams, attempt: Attempt): Promise<string> {
    const oauth = await load();
    const server = await this.#server();
    try {
      return await this.#nameIn(oauth, server, answer, attempt);
    } catch (error) {
      throw refusalOf(oauth, error);
    }
  }

  async #nameIn(
    oauth: Oauth,
    server: AuthorizationServer,
    answer: URLSearchParams,
    { state, nonce, verifier, callback }: Attempt,
  ): Promise<string> {
    const { claim } = this.#options;
    const client: Client = { client_id: this.#options.clientId, [oauth.clockTolerance]: CLOCK_SECONDS };
    const requests = this.#requests(oauth);
    const parameters = oauth.validateAuthResponse(server, client, answer, state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      this.#proof(oauth, server),
      parameters,
      callback,
      verifier,
      requests,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, { ...requests, [oauth.jwksCache]: this.#keys });
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (claims === undefined) throw new Error('no ID token');
    let naming = personOf(claims, claim);
    if (naming.kind === 'missing' && server.userinfo_endpoint !== undefined) {
      const info = await oauth.userInfoRequest(server, client, tokens.access_token, requests);
      naming = personOf((await oauth.processUserInfoResponse(server, client, claims.sub, info)) as Claims, claim);
    }
    if (naming.kind === 'named') return naming.name;
    const why = naming.kind === 'missing' ? `the issuer sends no claim ${claim}` : naming.why;
    throw new PlatformError('forbidden', `You cannot sign in this way: ${why}.`);
  }

  /** Over plain HTTP only where the issuer is, which is on this machine then. */
  #isAllowed(url: string): boolean {
    return url.startsWith('https:') || (this.#options.issuer.startsWith('http:') && url.startsWith('http:'));
  }

  #requests(oauth: Oauth) {
    return {
      [oauth.customFetch]: this.#fetch,
      [oauth.allowInsecureRequests]: this.#options.issuer.startsWith('http:'),
    };
  }

  #proof(oauth: Oauth, { token_endpoint_auth_methods_supported: methods }: AuthorizationServer): ClientAuth {
    const secret = this.#options.clientSecret?.reveal();
    if (secret === undefined) return oauth.None();
    const isBasic = methods?.includes('client_secret_basic') ?? true;
    return isBasic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
  }

  /** The discovery document of the issuer. */
  async #server(): Promise<AuthorizationServer> {
    const now = this.#clock.monotonic();
    if (now - this.#searchedAt >= (this.#failure === undefined ? KNOWN_MS : PAUSE_MS)) {
      this.#searchedAt = now;
      this.#search = this.#discover();
    }
    const found = await this.#search;
    if (found === undefined) throw unavailable(this.#failure);
    return found;
  }

  /** An older document is better than none. Never rejects. */
  async #discover(): Promise<AuthorizationServer | undefined> {
    try {
      const oauth = await load();
      const issuer = new URL(this.#options.issuer);
      const response = await oauth.discoveryRequest(issuer, this.#requests(oauth));
      this.#metadata = await oauth.processDiscoveryResponse(issuer, response);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error instanceof PlatformError ? error.cause : error;
    }
    return this.#metadata;
  }
}

/** Errors of the issuer about this server, not about the person. */
const OF_SERVER: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type']);

function refusalOf(oauth: Oauth, error: unknown): unknown {
  if (error instanceof PlatformError) return error;
  if (error instanceof oauth.AuthorizationResponseError) {
    const reason =
      error.error === 'access_denied' ? 'it was cancelled, or you may not use this service' : 'see the log';
    return refused(`The sign-in service refused: ${reason}.`, error);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) return unavailable(error);
  if (error instanceof oauth.ResponseBodyError) {
    return OF_SERVER.has(error.error)
      ? unavailable(error)
      : refused('The sign-in was used before, or took too long.', error);
  }
  if (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_TIMESTAMP_CHECK) {
    return refused('The clocks of the sign-in service and of this server differ.', error);
  }
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return refused('The answer of the sign-in service is not valid.', error);
  }
  return error;
}

function refused(message: string, cause: unknown): PlatformError {
  return new PlatformError('unauthenticated', message, { hint: 'Begin the sign-in again.', cause });
}
