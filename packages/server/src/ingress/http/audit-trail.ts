import type { Route, RouteId } from '@funcgraph/api';
import type { Caller, Iam, Peer } from '../../iam/index.ts';
import { toErrorBody } from '../../lib/platform-error.ts';
import { sourceOf } from '../clients/clients.ts';
import { outcomeOf } from './outcome.ts';
import { projectOf, type RequestParts, resourceOf } from './resource.ts';

/**
 * Operations that change nothing or are recorded elsewhere: running functions and flows, pieces of one upload, objects,
 * logins, searches.
 */
const NOT_NOTED: ReadonlySet<RouteId> = new Set<RouteId>([
  'invokeFunction',
  'asyncInvokeFunction',
  'startWorkflowExecution',
  'startSyncWorkflowExecution',
  'createCallbackWorkflow',
  'checkWorkflow',
  'sendImagePiece',
  'sendToDebugger',
  'createToken',
  'createConsoleSession',
  'startConsoleOidc',
  'finishConsoleOidc',
  'sendRecords',
  'putBucketObject',
  'deleteBucketObject',
  'presignBucketObject',
  'showResInstanceInfo',
]);

interface AuditDeps {
  readonly iam: Pick<Iam, 'audit'>;
  readonly flowName: (projectId: string, flowId: string) => Promise<string | undefined>;
}

export interface Noted extends RequestParts {
  readonly id: string;
  readonly caller: Caller;
  readonly peer: Peer;
  readonly depth: number | undefined;
}

export function isNoted(id: RouteId, { method }: Pick<Route, 'method'>): boolean {
  return method !== 'GET' && !NOT_NOTED.has(id);
}

/** Runs a changing operation and records its result before it is answered. */
export async function onRecord<T>(
  { iam, flowName }: AuditDeps,
  { routeId, route }: { readonly routeId: RouteId; readonly route: Route },
  noted: Noted,
  work: () => Promise<T>,
): Promise<T> {
  const note = async (status: number, errorCode: string): Promise<void> => {
    const { caller, params, peer } = noted;
    return iam.audit.note({
      domainId: caller.domainId,
      projectId: projectOf(route, params) ?? '',
      userId: caller.principal.id,
      userName: caller.userName,
      accessKey: caller.accessKey,
      sourceIp: sourceOf(peer),
      operation: routeId,
      action: route.action,
      resource: await shown(route, noted, flowName),
      status,
      errorCode,
      requestId: noted.id,
      depth: noted.depth,
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

async function shown(route: Route, noted: Noted, flowName: AuditDeps['flowName']): Promise<string> {
  const { fn, name: named } = resourceOf(route, noted);
  if (fn !== undefined) return `function:${fn.package}/${fn.name}`;
  const flow = flowIdIn(noted.params);
  const name =
    flow === '' ? named : named.replace(flow, (await flowName(projectOf(route, noted.params) ?? '', flow)) ?? flow);
  const type = route.action.split(':')[1] ?? '';
  return name === '' ? type : `${type}:${name}`;
}

function flowIdIn(params: object): string {
  return 'workflow_id' in params && typeof params.workflow_id === 'string' ? params.workflow_id : '';
}
