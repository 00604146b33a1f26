import { OPERATIONS, type Operation } from './functiongraph-operations.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes/index.ts';
import { TRIGGER_KINDS } from './schemas/trigger.ts';

/** `works`: as documented; `partly`: with less than documented; `not here`: refused or unknown. */
export type Compatibility = 'works' | 'partly' | 'not here';

/** The state of one FunctionGraph operation on this server. */
export interface Verdict {
  readonly operation: Operation;
  readonly group: string;
  readonly method: string;
  readonly path: string;
  readonly state: Compatibility;
  /** The missing part, or why the operation is not here; empty when it works. */
  readonly note: string;
}

/** Operations that do less here than in FunctionGraph, with the difference. */
const PARTLY: Partial<Record<Operation, string>> = {
  createFunction:
    'Refused: GPU and stateful functions. The OpenAPI file marks ' +
    'fields that are stored and returned but change nothing.',
  updateFunctionConfig: 'As createFunction.',
  updateFunctionAsyncInvokeConfig:
    'Results are delivered to functions, topics (SMN), buckets (OBS; with expires those of this server), streams (DIS) and, our own kind, ' +
    'to webhooks (HTTP).',
  createFunctionTrigger:
    `The kinds ${Object.keys(TRIGGER_KINDS).join(', ')}; EVENT, CloudEvents from any source, is our own. ` +
    'Other event sources exist only in the cloud.',
  listQuotas:
    'Functions, flows, code size, concurrency, instances of one function and idle time. The other types of the API limit ' +
    'nothing here; it has none for streams, topics and the like, which `GET /v1/{project_id}/quotas` lists.',
  enableLtsLogs: 'Logs are always kept, so the answer is always that they have been enabled (FSS.1221).',
  showLtsLogDetails:
    'Names the log of the function in this server, or the `log_config` of the function when it has one, which is only stored.',
  updateTracing:
    'Spans go to a collector of OpenTelemetry (`--otlp-endpoint`) and not to APM: the keys are stored, and mean only that they do. A function that never had a setting is traced, too.',
  showFuncSnapshotState: 'Always answers that there is no snapshot.',
  updateFuncSnapshot: 'Switching off is accepted; switching on is refused.',
};

const BRIDGES =
  'Service bridges lead to managed databases, queues and caches of the cloud. Functions connect by themselves.';

/**
 * Operations that have a route which refuses them with `not_supported_here`: the call is checked like any other, and the
 * hint of the refusal is this text.
 */
export const REFUSED = {
  listBridgeFunctions: BRIDGES,
  listBridgeVersions: BRIDGES,
  createVpcEndpoint:
    'Callers reach the server at its own address. Networks define what functions reach: fgs networks --help.',
  deleteVpcEndpoint: 'There are no endpoints to delete. Networks define what functions reach: fgs networks --help.',
} as const satisfies Partial<Record<Operation, string>>;

export type RefusedOperation = keyof typeof REFUSED;

/** Of every operation of FunctionGraph, in the order of the groups. */
export function compatibility(): readonly Verdict[] {
  return Object.entries(OPERATIONS).flatMap(([group, operations]) =>
    Object.entries(operations).map(([name, place]) => {
      const operation = name as Operation;
      const [method = '', path = ''] = place.split(' ');
      return { operation, group, method, path, ...verdictOn(operation) };
    }),
  );
}

/** Contradictions: a text for each operation that is missing, elsewhere than documented, or wrongly noted. */
export function compatibilityFaults(): readonly string[] {
  return compatibility().flatMap(({ operation, method, path, note }) => {
    const route = routeOf(operation);
    const faults: string[] = [];
    if (route === undefined) {
      if (note === '') faults.push(`${operation} has no route, and no note gives the reason`);
      if (operation in REFUSED || operation in PARTLY) faults.push(`${operation} is noted as a route and has none`);
      return faults;
    }
    if (route.method !== method || shapeOf(route.path) !== shapeOf(path)) {
      faults.push(`${operation} is ${route.method} ${route.path}, documented as ${method} ${path}`);
    }
    if (operation in REFUSED && operation in PARTLY) faults.push(`${operation} is noted twice`);
    return faults;
  });
}

function verdictOn(operation: Operation): Pick<Verdict, 'state' | 'note'> {
  if (operation in REFUSED) return { state: 'not here', note: REFUSED[operation as RefusedOperation] };
  if (routeOf(operation) === undefined) return { state: 'not here', note: '' };
  const note = PARTLY[operation] ?? '';
  return { state: note === '' ? 'works' : 'partly', note };
}

function routeOf(operation: Operation): Route | undefined {
  return (ROUTES as Readonly<Record<string, Route | undefined>>)[operation];
}

/** Without the names of parameters, which no client sees. */
function shapeOf(path: string): string {
  return path.replace(/\{\w+\}/g, '{}');
}
