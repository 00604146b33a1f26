import type { IncomingHttpHeaders } from 'node:http';
import type { CallingApp, GatewayApps } from '../../control/index.ts';
import { type KeyOf, precheckSignature, type SignedRequest, verifySignature } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';

/** The proof that a request needs, and the trigger, or the API of a group, that requires it. */
export interface AppAuthentication {
  readonly apps: Pick<GatewayApps, 'byKey' | 'byCode'>;
  readonly triggerId: string;
  readonly nowMs: number;
}

/**
 * Refuses, before the body is read, a request that no body can make valid. Throws `url_app_refused` without a reason,
 * and `url_app_forbidden` for an app that proved itself by its code and may not call the trigger.
 */
export function precheckApp(headers: IncomingHttpHeaders, { apps, triggerId, nowMs }: AppAuthentication): void {
  const code = codeOf(headers);
  if (code !== undefined) letIn(apps.byCode(code), triggerId);
  else if (precheckSignature(headers, keyOf(apps), nowMs) !== undefined) throw refused();
}

/** The id of the app. Throws like `precheckApp`, also for a signature that is not over this request. */
export function authenticateApp(request: SignedRequest, { apps, triggerId, nowMs }: AppAuthentication): string {
  const code = codeOf(request.headers);
  if (code !== undefined) return letIn(apps.byCode(code), triggerId);
  const verdict = verifySignature(request, keyOf(apps), nowMs);
  return letIn(verdict.ok ? apps.byKey(verdict.accessKey) : undefined, triggerId);
}

/** A signature in the request counts, whatever proof is beside it. */
function codeOf({ authorization, 'x-apig-appcode': code }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined && typeof code === 'string' ? code : undefined;
}

const keyOf =
  (apps: AppAuthentication['apps']): KeyOf =>
  (appKey) =>
    apps.byKey(appKey)?.key;

function letIn(calling: CallingApp | undefined, triggerId: string): string {
  if (calling === undefined) throw refused();
  if (!calling.triggers.has(triggerId) && !calling.apis.has(triggerId)) {
    throw new PlatformError('url_app_forbidden', `App ${calling.app.name} may not call this API.`, {
      hint: 'Let it: fgs gateway-apps bind for a trigger, fgs gateway apis allow for an API of a group.',
    });
  }
  return calling.app.id;
}

function refused(): PlatformError {
  return new PlatformError('url_app_refused', 'Incorrect app authentication information.', {
    hint: 'Sign the request with the key and secret of an app, or send its code in X-Apig-AppCode.',
  });
}
