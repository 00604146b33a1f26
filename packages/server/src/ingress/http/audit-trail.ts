import type { Route, RouteId } from '@funcgraph/api';
import type { Caller, Iam, Peer } from '../../iam/index.ts';
import { toErrorBody } from '../../lib/platform-error.ts';
import { outcomeOf } from './outcome.ts';
import { projectOf, type RequestParts, resourceOf } from './resource.ts';

/**
 * Operations that change nothing or are recorded elsewhere: running functions and flows, pieces of one upload, logins, searches.
 */
const NOT_NOTED: ReadonlySet<RouteId> = new Set<RouteId>([
  'invokeFunction',
  'asyncInvokeFunction',
  'startWorkflowExecution',
  'startSyncWorkflowExecution',
  'createCallbackWorkflow',
  'checkWorkflow',
  'sendImagePiece',
  'createToken',
  'showResInstanceInfo',
]);

export interface Noted extends RequestParts {
  readonly id: string;
  readonly caller: Caller;
  readonly peer: Peer;
}

export function isNoted(id: RouteId, { method }: Pick<Route, 'method'>): boolean {
  return method !== 'GET' && !NOT_NOTED.has(id);
}

/** Runs a changing operation and records its result before it is answered. */
export async function onRecord<T>(
  iam: Iam,
  { routeId, route }: { readonly routeId: RouteId; readonly route: Route },
  noted: Noted,
  work: () => Promise<T>,
): Promise<T> {
  const note = (status: number, errorCode: string): Promise<void> => {
    const { caller, params, peer } = noted;
    return iam.audit.note({
      domainId: caller.domainId,
      projectId: projectOf(route, params) ?? '',
      userId: caller.principal.id,
      userName: caller.userName,
      accessKey: caller.accessKey,
      sourceIp: peer.remoteAddress ?? '',
      operation: routeId,
      action: route.action,
      resource: shown(route, noted),
      status,
      errorCode,
      requestId: noted.id,
    });
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const { status, body } = toErrorBody(error, noted.id);
    await note(status, body.error_code);
    throw error;
  }
  await note(outcomeOf(route, result).status, '');
  return result;
}

function shown(route: Route, noted: Noted): string {
  const { fn, name } = resourceOf(route, noted);
  if (fn !== undefined) return `function:${fn.package}/${fn.name}`;
  const type = route.action.split(':')[1] ?? '';
  return name === '' ? type : `${type}:${name}`;
}
