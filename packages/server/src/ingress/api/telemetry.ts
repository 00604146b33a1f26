import { causeOf, type Receipt } from '@funcgraph/api';
import type { Catalog } from '../../control/index.ts';
import type { Iam } from '../../iam/index.ts';
import { createdAt, functionKeyOf, resolve, versionsOf } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { InvocationRecord, LogLevel, RecordQuery, TelemetryOfAll } from '../../telemetry/index.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { follow } from './follow.ts';
import { functionUrn } from './function-urn.ts';
import { hasKeyword, keywordIn, levelsIn } from './log-filter.ts';
import { lineReply } from './log-line.ts';
import { found } from './telemetry-search.ts';
import { pageSize, sinceCreation, timeRange } from './time-range.ts';
import { unreachableField } from './unreachable.ts';

/** The time around an invocation in which its log lines are searched. */
const LOG_MARGIN_MS = 60_000;

export interface TelemetryDeps {
  readonly iam: Iam;
  readonly telemetryOfAll: TelemetryOfAll;
  readonly clock: Clock;
  readonly catalog: Catalog;
}

type Ids = 'queryLogs' | 'followLogs' | 'showReceipt' | 'listReceipts';

export function telemetryHandlers(deps: TelemetryDeps): Handlers<Ids> {
  const { telemetryOfAll, clock } = deps;
  return {
    async queryLogs(request) {
      const { query, params } = request;
      const page = await found(
        telemetryOfAll.query({
          ...rangeOf(deps, params, query),
          ...filterOf(deps, params, query),
          limit: pageSize(query.limit, 100, 1000),
          order: query.order ?? 'desc',
          ...keywordIn(query),
          ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        }),
      );
      return {
        lines: page.lines.map(lineReply),
        ...(page.cursor === null ? {} : { next_cursor: page.cursor }),
        ...unreachableField(page),
      };
    },

    followLogs(request) {
      const isShown = hasKeyword(request.query);
      const filter = filterOf(deps, request.params, request.query);
      return follow({ clock, gone: request.goneSignal(), mayGoOn: () => mayFollow(deps, request) }, (push) =>
        telemetryOfAll.tail(filter, (lines) => {
          for (const line of lines) if (isShown(line)) push(lineReply(line));
        }),
      );
    },

    async showReceipt(request) {
      const { project_id, request_id } = request.params;
      const { record, unreachable } = await telemetryOfAll.record(project_id, request_id);
      if (record === undefined || !maySee(deps.iam, request, record) || isOfEarlier(deps.catalog, record)) {
        throw new PlatformError('not_found', `there is no invocation ${request_id.slice(0, 64)}`, {
          hint: unreachable.length === 0 ? undefined : `Servers that could not be asked: ${unreachable.join(', ')}.`,
        });
      }
      return receiptOf(record);
    },

    async listReceipts(request) {
      const { query, params } = request;
      const page = await found(
        telemetryOfAll.list({
          ...rangeOf(deps, params, query),
          ...receiptFilter(deps, params, query),
          limit: pageSize(query.limit, 100, 1000),
          ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        }),
      );
      return {
        receipts: page.records.map((r) => ({ ...receiptOf(r), log_path: logPathOf(r) })),
        ...(page.cursor === null ? {} : { next_cursor: page.cursor }),
        ...unreachableField(page),
      };
    },
  };
}

function rangeOf(
  { catalog, clock }: TelemetryDeps,
  params: ApiRequest<'queryLogs'>['params'],
  query: { readonly from?: string; readonly to?: string },
): { readonly from: number; readonly to: number } {
  const urn = functionUrn(params.function_urn, params.project_id);
  return sinceCreation(timeRange(query.from, query.to, clock.now()), createdAt(catalog, urn));
}

function receiptFilter(
  deps: TelemetryDeps,
  params: ApiRequest<'listReceipts'>['params'],
  query: ApiRequest<'listReceipts'>['query'],
): Omit<RecordQuery, 'from' | 'to' | 'limit' | 'cursor'> {
  const urn = functionUrn(params.function_urn, params.project_id);
  const { qualifier } = urn;
  // clients name latest when they mean the function
  const named = qualifier === undefined || (qualifier.kind === 'version' && qualifier.name === 'latest');
  const { outcome, result, cause, cold, version, min_duration_ms: minDuration } = query;
  return {
    functionKey: functionKeyOf(resolve(deps.catalog, urn)),
    ...(outcome === undefined || outcome === '' ? {} : { outcome }),
    ...(result === undefined ? {} : { result }),
    ...(cause === undefined ? {} : { cause }),
    ...(cold === undefined ? {} : { cold: cold === 'true' }),
    ...(minDuration === undefined ? {} : { minDurationMs: Number(minDuration) }),
    ...(named ? {} : { [qualifier.kind]: qualifier.name }),
    ...(version === undefined || version === '' ? {} : { version }),
  };
}

/** Where the log lines of the invocation are. Their times may be a little before and after it. */
function logPathOf({ functionUrn: urn, requestId, startedAt, finishedAt }: InvocationRecord): string {
  const [from, to] = [Math.max(startedAt - LOG_MARGIN_MS, 0), Math.max(finishedAt, startedAt) + LOG_MARGIN_MS];
  const projectId = urn.split(':')[3] ?? '';
  const query = new URLSearchParams({
    request_id: requestId,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    order: 'asc',
  });
  return `/v1/${projectId}/functions/${urn}/logs?${query}`;
}

/** Whether the follower of a log would still be admitted: by its key or token, its rights, and an existing function. */
function mayFollow(deps: TelemetryDeps, { caller, peer, headers, params }: ApiRequest<'followLogs'>): boolean {
  const { iam } = deps;
  const urn = functionUrn(params.function_urn, params.project_id);
  const question = { action: 'functiongraph:function:getLog', projectId: urn.projectId, fn: urn, peer };
  if (!iam.holds({ headers, caller }) || !iam.allows(caller, question)) return false;
  try {
    functionKeyOf(resolve(deps.catalog, urn));
    return true;
  } catch (error) {
    if (error instanceof PlatformError) return false;
    throw error;
  }
}

/** Whether the invocation was one of a deleted function, whose name another one has now. */
function isOfEarlier(catalog: Catalog, { functionKey, startedAt }: InvocationRecord): boolean {
  const [projectId = '', pkg = '', name = ''] = functionKey.split(':');
  const now = catalog.resolve(projectId, pkg, name, 'latest');
  return now !== undefined && startedAt < (catalog.entry(now.functionId)?.createdAt ?? 0);
}

/** A receipt is visible to callers with the same right on its function; no other right is needed. */
function maySee(iam: Iam, request: ApiRequest<'showReceipt'>, { functionKey }: InvocationRecord): boolean {
  const [projectId, pkg = '', name = ''] = functionKey.split(':');
  const { caller, peer, params } = request;
  if (projectId !== params.project_id) return false;
  return iam.allows(caller, {
    action: 'functiongraph:function:getInvocation',
    projectId,
    fn: { package: pkg, name },
    peer,
  });
}

function filterOf(
  deps: TelemetryDeps,
  params: ApiRequest<'queryLogs'>['params'],
  query: { request_id?: string; instance_id?: string; level?: string },
): { functionKey: string; requestId?: string; instanceId?: string; versions?: readonly string[]; levels?: LogLevel[] } {
  const urn = functionUrn(params.function_urn, params.project_id);
  // clients name latest when they mean the function
  const all = urn.qualifier === undefined || (urn.qualifier.kind === 'version' && urn.qualifier.name === 'latest');
  return {
    functionKey: functionKeyOf(resolve(deps.catalog, urn)),
    ...(query.request_id === undefined || query.request_id === '' ? {} : { requestId: query.request_id }),
    ...(query.instance_id === undefined || query.instance_id === '' ? {} : { instanceId: query.instance_id }),
    ...levelsIn(query),
    ...(all ? {} : { versions: versionsOf(deps.catalog, urn) }),
  };
}

function receiptOf(record: InvocationRecord): Receipt {
  const { receivedBy, ranOn, hopMs } = record;
  return {
    request_id: record.requestId,
    function_urn: record.functionUrn,
    version: record.version,
    alias: record.alias ?? '',
    instance_id: record.instanceId ?? '',
    mode: record.mode === 'trigger' || record.mode === 'test' ? 'sync' : record.mode,
    attempt: record.attempt,
    outcome: record.outcome as Receipt['outcome'],
    code: Number(record.code ?? 0),
    component: record.component ?? '',
    cause: causeOf(record.outcome, record.component ?? ''),
    cold: record.cold,
    // records of older releases lack the field
    reserved: record.reserved ?? false,
    started_at: new Date(record.startedAt).toISOString(),
    queue_ms: record.queueMs,
    sandbox_ms: record.sandboxMs,
    boot_ms: record.bootMs,
    load_ms: record.loadMs,
    init_ms: record.initMs,
    handler_ms: record.handlerMs,
    // as in the answer to the call
    total_ms: hopMs === undefined ? record.totalMs : Math.round((record.totalMs + hopMs) * 1000) / 1000,
    cpu_ms: record.cpuMs,
    cpu_shared: record.isCpuShared ?? false,
    peak_memory_bytes: record.peakMemoryBytes,
    memory_mb: record.memoryMb,
    response_bytes: record.responseBytes,
    ...(receivedBy === undefined || ranOn === undefined ? {} : { nodes: [receivedBy, ranOn] }),
    ...(hopMs === undefined ? {} : { hop_ms: hopMs }),
  };
}
