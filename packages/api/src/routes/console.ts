import { route } from '../route.ts';
import {
  ConsoleLink,
  ConsoleOidcAnswer,
  ConsoleOidcStart,
  ConsoleSession,
  ConsoleSessionQuery,
  ConsoleSignIn,
  ConsoleSignInWays,
} from '../schemas/console.ts';

const PATH = '/v1/console/session';
const SMALL_BODY_BYTES = 4 * 1024;
/** Codes of some issuers are thousands of characters long. */
const ANSWER_BYTES = 16 * 1024;

/** The session of a browser at the console. Its cookie counts together with the header X-Fgs-Console only. */
export const consoleRoutes = {
  createConsoleSession: route({
    method: 'POST',
    path: PATH,
    group: 'console',
    summary: 'Sign a browser in to the console; the session is in a cookie',
    auth: 'none',
    bodyLimit: SMALL_BODY_BYTES,
    body: ConsoleSignIn,
    response: ConsoleSession,
  }),
  showConsoleSession: route({
    method: 'GET',
    path: PATH,
    group: 'console',
    summary: 'The user of the session, and the actions that are allowed in a project',
    access: 'caller',
    query: ConsoleSessionQuery,
    response: ConsoleSession,
  }),
  deleteConsoleSession: route({
    method: 'DELETE',
    path: PATH,
    group: 'console',
    summary: 'Sign out',
    action: 'iam:sessions:delete',
    access: 'caller',
    status: 204,
  }),
  showConsoleSignIn: route({
    method: 'GET',
    path: '/v1/console/sign-in',
    group: 'console',
    summary: 'How people sign in to the console besides passwords',
    auth: 'none',
    response: ConsoleSignInWays,
  }),
  startConsoleOidc: route({
    method: 'POST',
    path: '/v1/console/oidc',
    group: 'console',
    summary: 'Begin to sign a browser in by OpenID Connect: the address to which it goes',
    auth: 'none',
    bodyLimit: SMALL_BODY_BYTES,
    response: ConsoleOidcStart,
  }),
  finishConsoleOidc: route({
    method: 'POST',
    path: '/v1/console/oidc/session',
    group: 'console',
    summary: 'Sign a browser in with the answer of the OpenID Connect issuer; the session is in a cookie',
    auth: 'none',
    bodyLimit: ANSWER_BYTES,
    body: ConsoleOidcAnswer,
    response: ConsoleSession,
  }),
  createConsoleLink: route({
    method: 'POST',
    path: '/v1/console/links',
    group: 'console',
    summary: 'A link that signs a browser in to the console as the user of the access key, once, within ten minutes',
    action: 'iam:sessions:create',
    access: 'caller',
    bodyLimit: SMALL_BODY_BYTES,
    response: ConsoleLink,
    status: 201,
  }),
};
