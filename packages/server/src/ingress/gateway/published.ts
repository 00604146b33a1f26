import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import { type Catalog, RELEASE } from '../../control/index.ts';
import { readApiAddress } from '../../domain/api-address.ts';
import { canonicalPath, GatewayPathError } from '../../domain/gateway-path.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type Group, isFlowBackend, qualifierIn } from '../../services/index.ts';
import type { AnyRequest } from '../plain/plain-request.ts';
import type { ApiRoutes } from './api-routes.ts';
import { functionPath, MAX_TARGET_CHARS, readFunctionPath, VISIBLE } from './function-path.ts';
import type { GroupRoutes } from './group-routes.ts';
import { preflightMethod } from './rules/cors.ts';
import type { RouteRules } from './rules/rule-guard.ts';

interface PublishedPath {
  /** The part that is cut off the path ... */
  readonly prefix: string;
  /** ... and the remaining path, with the query, exactly as received. */
  readonly url: string;
  /** The route of the request, for the event of an event function. */
  readonly apiId: string;
  readonly stage: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Of an API of a group that has rules. */
  readonly rules?: RouteRules;
}

/** The flow that a request starts. */
export interface PublishedFlow extends PublishedPath {
  readonly kind: 'flow';
  readonly flow: { readonly id: string; readonly projectId: string; readonly name: string };
  /** How long the caller of an express flow waits. */
  readonly timeoutMs: number;
}

/** The function and the rules for a request of the gateway. */
export interface PublishedFunction extends PublishedPath {
  readonly kind: 'function';
  readonly urn: FunctionUrn;
  readonly runtime: string;
  readonly auth: 'none' | 'iam' | 'app';
  /** Set by gateway triggers only: how long the caller waits, and whether it waits for the result. */
  readonly api?: { readonly timeoutMs: number; readonly async: boolean };
}

export type Published = PublishedFunction | PublishedFlow;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const API = '/api/';
const AUTH = { NONE: 'none', IAM: 'iam', APP: 'app' } as const;

/** Whether a target can only be that of a gateway trigger. */
export function isApiTarget(target: string): boolean {
  return target.startsWith(API);
}

export interface PublishedDeps {
  readonly catalog: Catalog;
  readonly routes: ApiRoutes;
  readonly groups: GroupRoutes;
  readonly region: string;
}

/**
 * The function or flow published under the target of a request to a group of APIs, or to none. From memory; undefined for
 * every other target. Throws `invalid_request` for a target that groups refuse.
 */
export function findPublished(
  request: AnyRequest,
  group: Group | undefined,
  deps: PublishedDeps,
): Published | undefined {
  const { catalog, routes, region } = deps;
  const { url: target = '', method = '' } = request;
  if (!METHODS.has(method)) return undefined;
  if (group !== undefined) return apiOfGroup(group, request, deps);
  if (isApiTarget(target)) return apiOf(request, target, routes);
  const found = readFunctionPath(target);
  if (found === undefined) return undefined;
  const { projectId, package: pkg, name, qualifier, url } = found;
  // Any version has the fields used here: neither id nor runtime of a function ever change.
  const latest = catalog.resolve(projectId, pkg, name, 'latest');
  const published = latest === undefined ? undefined : catalog.url(latest.functionId);
  if (latest === undefined || published?.enabled !== true) return undefined;
  return {
    kind: 'function',
    urn: { region, projectId, package: pkg, name, ...(qualifier === undefined ? {} : { qualifier }) },
    runtime: latest.runtime,
    auth: published.auth,
    prefix: functionPath(found).slice(0, -1),
    url,
    apiId: latest.functionId,
    stage: RELEASE,
    pathParameters: { '': pathOf(url).slice(1) },
  };
}

/** The path of a URL without its query. */
export function pathOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : url.slice(0, at);
}

/** The path is compared in its canonical form, and goes to the function as received. */
function apiOfGroup(
  group: Group,
  request: AnyRequest,
  { catalog, groups, region }: PublishedDeps,
): Published | undefined {
  const { url = '', method = '' } = request;
  if (url.length > MAX_TARGET_CHARS || !VISIBLE.test(url)) return undefined;
  const stage = stageOf(request);
  const path = checkedPath(url);
  const intended = preflightMethod(method, request.headers) ?? '';
  const next = METHODS.has(intended) ? groups.find(group.id, path, intended, stage) : undefined;
  const preflight = next?.value.definition.rules?.cors === undefined ? undefined : intended;
  const match = preflight === undefined ? groups.find(group.id, path, method, stage) : next;
  if (match === undefined) return undefined;
  const { apiId, projectId, definition } = match.value;
  const { backend, auth, timeoutMs, async, rules } = definition;
  const where = {
    ...{ prefix: '', url, apiId, stage, pathParameters: match.parameters },
    ...(rules === undefined ? {} : { rules: { rules, projectId, apiId, stage, preflight } }),
  };
  if (isFlowBackend(backend)) {
    return { ...where, kind: 'flow', flow: { id: backend.flowId, projectId, name: backend.name }, timeoutMs };
  }
  const { functionId, package: pkg, name } = backend;
  const qualifier = qualifierIn(group, stage, backend.qualifier);
  const latest = catalog.resolve(projectId, pkg, name, 'latest');
  if (latest?.functionId !== functionId || qualifier === undefined) return undefined;
  return {
    ...where,
    kind: 'function',
    urn: { region, projectId, package: pkg, name, qualifier: parseQualifier(qualifier) },
    runtime: latest.runtime,
    auth: AUTH[auth],
    api: { timeoutMs, async },
  };
}

/** Throws `invalid_request`. */
function checkedPath(url: string): string {
  try {
    return canonicalPath(pathOf(url));
  } catch (error) {
    if (!(error instanceof GatewayPathError)) throw error;
    throw new PlatformError('invalid_request', error.message);
  }
}

function stageOf({ headers: { 'x-stage': named } }: AnyRequest): string {
  return typeof named === 'string' ? named : RELEASE;
}

function apiOf(request: AnyRequest, target: string, routes: ApiRoutes): Published | undefined {
  if (target.length > MAX_TARGET_CHARS || !VISIBLE.test(target)) return undefined;
  const found = readApiAddress(target);
  if (found === undefined) return undefined;
  const { address, url } = found;
  const stage = stageOf(request);
  const match = routes.find(address, pathOf(url), request.method ?? '', stage);
  if (match === undefined) return undefined;
  const { value: route, parameters: pathParameters } = match;
  const { auth, timeoutMs, async } = route.trigger.settings;
  const where = { prefix: address, url, apiId: route.trigger.id, stage, pathParameters };
  if (route.kind === 'flow') return { ...where, kind: 'flow', flow: route.trigger.flow, timeoutMs };
  const { urn, runtime } = route;
  return { ...where, kind: 'function', urn, runtime, auth: AUTH[auth], api: { timeoutMs, async } };
}
