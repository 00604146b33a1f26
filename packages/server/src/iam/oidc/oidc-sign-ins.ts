import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { UsedLink } from '../console/session-store.ts';
import type { Directory } from '../directory.ts';
import { LoginThrottle } from '../login-throttle.ts';
import type { Logins } from '../logins.ts';
import type { User } from '../types.ts';
import { Attempts, endOf } from './attempts.ts';
import { Issuer, type OidcOptions } from './issuer.ts';

export interface OidcSignInsDeps {
  readonly oidc: OidcOptions;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly logins: Logins;
  readonly log: Logger;
}

/** The issuer's answer, as the browser brought it. */
export interface OidcAnswer {
  readonly attempt: string;
  /** The query with which the issuer sent the browser back. */
  readonly answer: string;
  /** The client, as limits count clients. */
  readonly client: string;
}

/** Someone whom the issuer has identified; not yet a user. */
export interface OidcPerson {
  readonly name: string;
  readonly used: UsedLink;
}

/**
 * Signs people in whom an OpenID Connect issuer identifies. They must be users of the machine's own account, so that an
 * administrator here decides who gets in and with which rights; the issuer only proves who they are.
 */
export class OidcSignIns {
  readonly #deps: OidcSignInsDeps;
  readonly #attempts: Attempts;
  readonly #issuer: Issuer;
  /** Apart from that of passwords, so that a slow issuer delays none of those. */
  readonly #throttle: LoginThrottle;

  constructor(deps: OidcSignInsDeps) {
    this.#deps = deps;
    this.#attempts = new Attempts(deps.sealer, deps.clock);
    this.#issuer = new Issuer(deps.oidc, deps.clock);
    this.#throttle = new LoginThrottle(deps.clock);
  }

  /** Name of the issuer, for people. */
  get name(): string {
    return this.#deps.oidc.name;
  }

  /** Where the browser goes, and what it keeps until it comes back to `callback`. Throws `issuer_unavailable`. */
  async begin(callback: string): Promise<{ readonly url: string; readonly attempt: string }> {
    const { attempt, token } = this.#attempts.begin(callback);
    return { url: await this.#noted(() => this.#issuer.signInUrl(attempt)), attempt: token };
  }

  /** Throws `unauthenticated`, `forbidden`, `overloaded`, `issuer_unavailable`. */
  async identify({ attempt: token, answer, client }: OidcAnswer): Promise<OidcPerson> {
    const attempt = this.#attempts.read(token);
    if (attempt === undefined) {
      throw new PlatformError('unauthenticated', 'The sign-in took too long, or was not begun here.', {
        hint: 'Begin the sign-in again; it holds for ten minutes.',
      });
    }
    let refusal: unknown;
    const name = await this.#throttle.attempt({ name: attempt.oidc, client }, async () => {
      try {
        return await this.#noted(() => this.#issuer.nameIn(new URLSearchParams(answer), attempt));
      } catch (error) {
        if (error instanceof PlatformError && error.code === 'issuer_unavailable') throw error;
        refusal = error;
        return undefined;
      }
    });
    if (name === undefined) throw refusal;
    return { name, used: { id: attempt.oidc, expiresAt: endOf(attempt) } };
  }

  /** The user of that name. Throws `forbidden` when there is none who may sign in. */
  async enter({ name }: OidcPerson): Promise<User> {
    const { directory, logins } = this.#deps;
    const user = directory.userByName(this.domainId, name);
    if (user?.enabled === true) return logins.entered(user);
    throw new PlatformError('forbidden', `${name} is no user of this server, or is disabled.`, {
      hint: 'An administrator adds users; the name must be the same.',
    });
  }

  /** The account of its users. */
  get domainId(): string {
    return this.#deps.logins.domainIdOf(undefined) ?? '';
  }

  /** The reasons of failures are for the operator. */
  async #noted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { cause } = error as Error;
      this.#deps.log.warn({ err: cause ?? error }, 'a sign-in by OpenID Connect failed');
      throw error;
    }
  }
}
