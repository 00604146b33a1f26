import type { IncomingHttpHeaders } from 'node:http';
import { clientNetwork } from '../../lib/client-network.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { type Handlers, Reply } from '../http/handler.ts';
import { type ConsoleDeps, LOGIN, NOT_STORED, sessionReply } from './console.ts';
import { recordLogin } from './login-record.ts';

type Ids = 'showConsoleSignIn' | 'startConsoleOidc' | 'finishConsoleOidc';

/** The page of the console to which the issuer sends browsers back. */
const CALLBACK_PATH = '/console/sign-in';

/** Signing in to the console by OpenID Connect. The issuer's answer reaches the server from a page of the console only. */
export function consoleOidcHandlers(deps: ConsoleDeps): Handlers<Ids> {
  const { iam, browsers } = deps;
  const signIns = (): NonNullable<typeof iam.oidc> => {
    if (iam.oidc !== undefined) return iam.oidc;
    throw new PlatformError('not_available', 'This server has no sign-in by OpenID Connect.', {
      hint: 'Its operator sets one up with oidc_issuer.',
    });
  };

  /** The console that asks, as its browser sees it. */
  function callbackFor(headers: IncomingHttpHeaders): string {
    const place = browsers.placeOf({ method: 'POST', headers });
    const origin = place.secure ? deps.consoleAddress() : (headers.origin ?? `http://${place.host}`);
    return `${origin}${CALLBACK_PATH}`;
  }

  return {
    async showConsoleSignIn() {
      return iam.oidc === undefined ? {} : { oidc: { name: iam.oidc.name } };
    },

    async startConsoleOidc({ headers }) {
      const callback = callbackFor(headers);
      return new Reply(await signIns().begin(callback), { headers: NOT_STORED });
    },

    async finishConsoleOidc(request) {
      const place = browsers.placeOf({ method: 'POST', headers: request.headers });
      const oidc = signIns();
      const client = clientNetwork(request.peer.remoteAddress);
      const person = await oidc.identify({ ...request.body, client });
      const login = { ...LOGIN, operation: 'finishConsoleOidc' as const, name: person.name, domainId: oidc.domainId };
      const { secret, caller } = await recordLogin(iam, request, login, async () => {
        const user = await oidc.enter(person);
        return { user, ...(await iam.console.begin(user, person)) };
      });
      const headers = { ...NOT_STORED, 'set-cookie': sessionCookie(place, secret) };
      return new Reply(sessionReply(deps, caller, undefined), { headers });
    },
  };
}
