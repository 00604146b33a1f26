import {
  type AsyncInvocations,
  type AsyncRecord,
  type InvocationResult,
  type Invoker,
  MOST_LISTED_INVOCATIONS,
} from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ApiRequest, type Handlers, Reply } from '../http/handler.ts';
import { functionUrn } from './function-urn.ts';
import { outcomeHeaders, StreamedInvocation } from './streamed-invocation.ts';
import { pageSize, plainTime, timeRange } from './time-range.ts';

type Ids =
  | 'invokeFunction'
  | 'asyncInvokeFunction'
  | 'listAsyncInvocations'
  | 'listActiveAsyncInvocations'
  | 'cancelAsyncInvocation';

export interface InvocationDeps {
  readonly invoker: Invoker;
  readonly asyncInvocations: AsyncInvocations;
  readonly clock: Clock;
}

export function invocationHandlers(deps: InvocationDeps): Handlers<Ids> {
  return {
    async invokeFunction(request) {
      const tail = header(request, 'x-cff-log-type') === 'tail';
      const version = header(request, 'x-cff-request-version') === 'v1' ? 'v1' : 'v0';
      const streamed =
        version === 'v0' && header(request, 'x-cff-response-stream') === 'true'
          ? new StreamedInvocation(request, deps.clock, tail)
          : undefined;
      const result = await deps.invoker.invoke({
        urn: functionUrn(request.params.function_urn, request.params.project_id),
        event: request.rawBody,
        mode: 'sync',
        requestId: request.id,
        attempt: 1,
        memoryChoice: header(request, 'x-cff-instance-memory'),
        tail,
        headers: request.headers,
        depth: request.depth,
        receivedAt: request.receivedAt,
        ...(streamed === undefined ? {} : { openSink: streamed.open }),
      });
      return result.streamed && streamed !== undefined ? streamed.finish(result) : answer(result, version, tail);
    },

    async asyncInvokeFunction(request) {
      await deps.asyncInvocations.accept({
        urn: functionUrn(request.params.function_urn, request.params.project_id),
        event: request.rawBody,
        requestId: request.id,
        memoryChoice: header(request, 'x-cff-instance-memory'),
        headers: request.headers,
        depth: request.depth,
      });
      return new Reply({ request_id: request.id }, { headers: { 'X-Cff-Request-Id': request.id } });
    },

    async listAsyncInvocations(request) {
      const { request_id: id } = request.query;
      return listPage(deps, request, { ...(id === undefined || id === '' ? {} : { ids: [id] }) });
    },

    async listActiveAsyncInvocations(request) {
      const ids = (request.query.requests ?? '').split(',').filter((id) => id !== '');
      if (ids.length > 10) throw new PlatformError('invalid_request', 'requests may name at most 10 request ids');
      return listPage(deps, request, { active: true, ...(ids.length === 0 ? {} : { ids }) });
    },

    async cancelAsyncInvocation(request) {
      if (request.body.type === 'recursive')
        throw new PlatformError('invalid_request', 'type recursive is not supported; use force');
      await deps.asyncInvocations.cancel(
        functionUrn(request.params.function_urn, request.params.project_id),
        request.body.request_id,
      );
      return {};
    },
  };
}

function header(
  request: { readonly headers: ApiRequest<'invokeFunction'>['headers'] },
  name: string,
): string | undefined {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
}

/** Version v0 is the function's own bytes; v1 wraps them as text. An error of the function is still HTTP 200. */
function answer(result: InvocationResult, version: 'v0' | 'v1', tail: boolean): Reply {
  const { receipt, failure, payload } = result;
  const headers: Record<string, string> = {
    'X-Cff-Request-Id': receipt.request_id,
    'X-Cff-Response-Version': version,
    ...outcomeHeaders(result, tail),
  };
  const status = failure?.outcome === 'system_error' ? 500 : 200;
  if (version === 'v1') {
    const body = {
      request_id: receipt.request_id,
      result: payload.toString('utf8'),
      log: result.logTail,
      status: failure === undefined ? 200 : 500,
    };
    headers['Content-Type'] = 'application/json; charset=utf-8';
    return new Reply(JSON.stringify(body), { status, headers });
  }
  headers['Content-Type'] = failure === undefined ? 'application/octet-stream' : 'application/json; charset=utf-8';
  return new Reply(payload, { status, headers });
}

type ListRequest = ApiRequest<'listAsyncInvocations'> | ApiRequest<'listActiveAsyncInvocations'>;

interface InvocationPage {
  invocations: {
    request_id: string;
    status: AsyncRecord['status'];
    error_code: number;
    error_message: string;
    start_time: string;
    end_time: string;
  }[];
  count: number;
  next_marker?: string;
}

async function listPage(
  deps: InvocationDeps,
  request: ListRequest,
  extra: { ids?: readonly string[]; active?: boolean },
): Promise<InvocationPage> {
  const { query, params } = request;
  const offset = Number(query.marker ?? 0);
  if (!(offset <= MOST_LISTED_INVOCATIONS)) {
    throw new PlatformError('invalid_request', `marker is over ${MOST_LISTED_INVOCATIONS}`, {
      hint: 'Narrow the time: query_begin_time, query_end_time.',
    });
  }
  const { records, hasMore, count } = await deps.asyncInvocations.list(
    functionUrn(params.function_urn, params.project_id),
    {
      ...timeRange(query.query_begin_time, query.query_end_time, deps.clock.now()),
      limit: pageSize(query.limit, 100, 500),
      ...(query.status === undefined ? {} : { status: query.status }),
      offset,
      ...extra,
    },
  );
  const invocations = records.map((record) => ({
    request_id: record.requestId,
    status: record.status,
    error_code: record.code,
    error_message: record.message,
    start_time: plainTime(record.startedAt ?? record.enqueuedAt),
    end_time: plainTime(record.finishedAt),
  }));
  return { invocations, count, ...(hasMore ? { next_marker: String(offset + invocations.length) } : {}) };
}
