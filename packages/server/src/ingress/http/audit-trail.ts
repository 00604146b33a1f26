import type { Route, RouteId } from '@funcgraph/api';
import type { Caller, Iam, Peer } from '../../iam/index.ts';
import { toErrorBody } from '../../lib/platform-error.ts';
import { functionAsked, projectAsked } from './authorization.ts';
import { outcomeOf } from './outcome.ts';

/** Not changes of anything, or said elsewhere: running functions, pieces of one upload, logins, searches. */
const NOT_NOTED: ReadonlySet<RouteId> = new Set<RouteId>([
  'invokeFunction',
  'asyncInvokeFunction',
  'sendImagePiece',
  'createToken',
  'showResInstanceInfo',
]);

/** Fields that name what a body is about; nothing else of a body is looked at. */
const NAMES = ['name', 'display_name', 'access', 'user_id'];

export interface Noted {
  readonly id: string;
  readonly caller: Caller;
  readonly params: object;
  readonly body: unknown;
  readonly peer: Peer;
}

export function isNoted(id: RouteId, { method }: Pick<Route, 'method'>): boolean {
  return method !== 'GET' && !NOT_NOTED.has(id);
}

/** Runs a changing operation and puts on record how it ended, before it is answered. */
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
      projectId: projectAsked(params) ?? '',
      userId: caller.principal.id,
      userName: caller.userName,
      accessKey: caller.accessKey,
      sourceIp: peer.remoteAddress ?? '',
      operation: routeId,
      action: route.action,
      resource: resourceOf(route, noted),
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

function resourceOf({ action }: Route, { params, body }: Noted): string {
  const fn = functionAsked({ params, body });
  if (fn !== undefined) return `function:${fn.package}/${fn.name}`;
  const type = action.split(':')[1] ?? '';
  const ids = Object.entries(params).flatMap(([name, value]) => (name === 'project_id' ? [] : [String(value)]));
  const name = ids.length > 0 ? ids.join('/') : nameIn(body);
  return name === '' ? type : `${type}:${name}`;
}

function nameIn(body: unknown, depth = 0): string {
  if (typeof body !== 'object' || body === null) return '';
  const fields = body as Record<string, unknown>;
  for (const name of NAMES) if (typeof fields[name] === 'string') return fields[name];
  if (depth > 0) return '';
  for (const inner of Object.values(fields)) {
    const found = nameIn(inner, depth + 1);
    if (found !== '') return found;
  }
  return '';
}
