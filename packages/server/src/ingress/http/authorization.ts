import type { Route } from '@funcgraph/api';
import type { Caller, Iam, Peer, SignedRequest } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkAccount, checkProof } from '../clients/proof.ts';
import type { BrowserDoor } from '../console/browser-door.ts';
import { projectOf, type RequestParts, resourceOf } from './resource.ts';

/** The input of a rights check, besides the route. */
export interface AuthorizationInput extends RequestParts {
  readonly peer: Peer;
}

export interface Proofs {
  readonly iam: Iam;
  /** Undefined where browsers cannot be. */
  readonly browsers?: BrowserDoor | undefined;
}

/** Authenticates the caller. Throws `unauthenticated`, and `forbidden` for a function with the key of another account. */
export async function identify(
  { iam, browsers }: Proofs,
  route: Pick<Route, 'auth'>,
  request: SignedRequest,
  peer: Peer,
): Promise<Caller> {
  if (route.auth === 'none') return iam.anonymous;
  if (route.auth === 'optional') return proven(iam, request, peer);
  if (browsers?.takes(request.headers)) return browsers.identify(request);
  checkProof(request.headers, peer);
  const caller = await iam.authenticate(request);
  checkAccount(iam, caller, peer);
  return caller;
}

/** A wrong proof counts as none: clients send one with every request, also where they sign in. */
async function proven(iam: Iam, request: SignedRequest, peer: Peer): Promise<Caller> {
  try {
    return await identify({ iam }, { auth: 'required' }, request, peer);
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'unauthenticated') return iam.anonymous;
    throw error;
  }
}

/** Checks that need no parsed body. Throws `forbidden`. */
export function authorizeEarly(iam: Iam, route: Route, caller: Caller, params: object): void {
  if (route.auth === 'none' || route.access === 'caller') return;
  iam.authorizeAny(caller, { action: route.action, projectId: projectOf(route, params) });
}

/** Throws `forbidden`. */
export function authorize(iam: Iam, route: Route, caller: Caller, requested: AuthorizationInput): void {
  if (route.auth === 'none' || route.access === 'caller') return;
  const { fn, enterpriseProjectId } = resourceOf(route, requested);
  const namesFunction = route.resource.kind === 'function' && fn !== undefined;
  if (route.access === 'any' && !namesFunction) return;
  iam.authorize(caller, {
    action: route.action,
    projectId: projectOf(route, requested.params),
    fn,
    peer: requested.peer,
    ...(enterpriseProjectId === undefined ? {} : { enterpriseProjectId }),
  });
}
