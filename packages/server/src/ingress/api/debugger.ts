import type { Catalog } from '../../control/index.ts';
import type { Iam } from '../../iam/index.ts';
import { type DebugSessions, functionKeyOf, resolve } from '../../invocation/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { functionUrn } from './function-urn.ts';

export interface DebuggerDeps {
  readonly iam: Iam;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly debugSessions: DebugSessions;
}

/** How long a debugger may continue after its rights were revoked. */
const ASK_EVERY_MS = 2_000;

export function debuggerHandlers(deps: DebuggerDeps): Handlers<'debugFunction' | 'sendToDebugger'> {
  const { catalog, debugSessions } = deps;
  return {
    debugFunction(request) {
      const snapshot = resolve(catalog, latestOf(request.params));
      const session = debugSessions.open(snapshot);
      return debugSessions.follow(session, whileAllowed(deps, request));
    },

    async sendToDebugger({ params, body }) {
      const functionKey = functionKeyOf(resolve(catalog, latestOf(params)));
      const session = debugSessions.find(functionKey, params.session_id);
      if (session === undefined) {
        throw new PlatformError('not_found', 'there is no such session on this server', {
          hint: 'Open one with POST …/debugger, and send to the server that has it.',
        });
      }
      const data = Buffer.from(body.data ?? '', 'base64');
      if (!(await session.take(body.connection, data, body.end === true))) {
        throw new PlatformError('overloaded', 'the session has no room for another connection');
      }
      return {};
    },
  };
}

function latestOf(params: ApiRequest<'debugFunction'>['params']) {
  const urn = functionUrn(params.function_urn, params.project_id);
  const { qualifier } = urn;
  if (qualifier === undefined || (qualifier.kind === 'version' && qualifier.name === 'latest')) return urn;
  throw new PlatformError('invalid_request', `only the latest version can be debugged, not ${qualifier.name}`);
}

/** Aborts when the client disconnects, or loses the right to change the code. */
function whileAllowed({ iam, clock }: DebuggerDeps, request: ApiRequest<'debugFunction'>): AbortSignal {
  const { caller, peer, headers, params } = request;
  const urn = functionUrn(params.function_urn, params.project_id);
  const question = { action: 'functiongraph:function:updateCode', projectId: urn.projectId, fn: urn, peer };
  const over = new AbortController();
  const gone = request.goneSignal();
  let watch: Timer;
  const look = (): void => {
    if (iam.holds({ headers, caller }) && iam.allows(caller, question)) watch = clock.after(ASK_EVERY_MS, look);
    else over.abort();
  };
  watch = clock.after(ASK_EVERY_MS, look);
  gone.addEventListener('abort', () => watch.cancel(), { once: true });
  return AbortSignal.any([gone, over.signal]);
}
