import { parseUrn, type Route } from '@funcgraph/api';
import type { Caller, FunctionRef, Iam, Peer, SignedRequest } from '../../iam/index.ts';
import { memo } from '../../lib/memo.ts';

/** What a request says about what it is for. */
export interface Asked {
  readonly params: object;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly peer: Peer;
}

const functionOf = memo(2000, 512, (urn): FunctionRef | undefined => {
  const parsed = parseUrn(urn);
  return parsed === undefined ? undefined : { package: parsed.package, name: parsed.name };
});

/** Path parameters that hold the URN of a function; the last one is that of tags. */
const URN_PARAMS = ['function_urn', 'func_urn', 'resource_id'] as const;

function textOf(value: unknown, ...names: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const name of names) {
    const found = (value as Record<string, unknown>)[name];
    if (typeof found === 'string' && found !== '') return found;
  }
  return undefined;
}

/** The function that a path or query names, or that a body wants to make. Undefined for a URN that is none. */
export function functionAsked({
  params,
  query,
  body,
}: Pick<Asked, 'params' | 'query' | 'body'>): FunctionRef | undefined {
  const urn = textOf(params, ...URN_PARAMS) ?? textOf(query, 'function_urn');
  if (urn !== undefined) return functionOf(urn);
  const name = textOf(body, 'func_name');
  return name === undefined ? undefined : { package: textOf(body, 'package') ?? 'default', name };
}

/** The project in a path; undefined for what belongs to the account or the machine. */
export function projectAsked(params: object): string | undefined {
  return textOf(params, 'project_id');
}

/** Who asks. Throws `unauthenticated`. */
export async function identify(iam: Iam, route: Pick<Route, 'auth'>, request: SignedRequest): Promise<Caller> {
  return route.auth === 'none' ? iam.anonymous : iam.authenticate(request);
}

/** What can be refused before the body is understood. Throws `forbidden`. */
export function authorizeEarly(iam: Iam, route: Route, caller: Caller, params: object): void {
  if (route.auth === 'none' || route.access === 'caller') return;
  iam.authorizeAny(caller, { action: route.action, projectId: projectAsked(params) });
}

/** Throws `forbidden`. */
export function authorize(iam: Iam, route: Route, caller: Caller, asked: Asked): void {
  if (route.auth === 'none' || route.access !== 'right') return;
  const fn = functionAsked(asked);
  // only a body that makes a function says where it is to be before it is anywhere
  const isNew = fn !== undefined && textOf(asked.params, ...URN_PARAMS) === undefined;
  iam.authorize(caller, {
    action: route.action,
    projectId: projectAsked(asked.params),
    fn,
    peer: asked.peer,
    ...(isNew && textOf(asked.body, 'func_name') !== undefined
      ? { enterpriseProjectId: textOf(asked.body, 'enterprise_project_id') ?? '' }
      : {}),
  });
}
