import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Iam } from '../../iam/index.ts';
import type { DeadLetterRecord, DeadLetters } from '../../invocation/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { functionUrn } from './function-urn.ts';
import { pageSize } from './time-range.ts';

type Ids =
  | 'listDeadLetters'
  | 'showDeadLetter'
  | 'redriveDeadLetter'
  | 'redriveFunctionDeadLetters'
  | 'deleteDeadLetter'
  | 'deleteFunctionDeadLetters';

/** The right on a topic in place of one on a function. */
const TOPIC_RIGHTS: Readonly<Record<string, string>> = {
  'functiongraph:function:listDeadLetter': 'get',
  'functiongraph:function:getDeadLetter': 'get',
  'functiongraph:function:invokeAsync': 'publish',
  'functiongraph:function:deleteDeadLetter': 'update',
};

type OneLetter = ApiRequest<'showDeadLetter'> | ApiRequest<'redriveDeadLetter'> | ApiRequest<'deleteDeadLetter'>;
type Wire = RouteResponse<Routes['listDeadLetters']>['dead_letters'][number];

/** Letters sent again in one request. */
const REDRIVE_PAGE = 100;
/** Letters deleted in one request. */
const DELETE_PAGE = 500;

export function deadLetterHandlers({
  iam,
  deadLetters,
}: {
  readonly iam: Iam;
  readonly deadLetters: DeadLetters;
}): Handlers<Ids> {
  function may(
    request: ApiRequest<'listDeadLetters'> | OneLetter,
    action: string,
    { functionKey, topicName }: Pick<DeadLetterRecord, 'functionKey' | 'topicName'>,
  ): boolean {
    if (topicName !== undefined) return mayOfTopic(request, action, topicName);
    const [projectId, pkg = '', name = ''] = functionKey.split(':');
    const { caller, peer, params } = request;
    if (projectId !== params.project_id) return false;
    return iam.allows(caller, { action, projectId, fn: { package: pkg, name }, peer });
  }

  function mayOfTopic({ caller, peer, params }: Parameters<typeof may>[0], action: string, path: string): boolean {
    const right = TOPIC_RIGHTS[action] ?? 'update';
    return iam.allows(caller, { action: `smn:topic:${right}`, projectId: params.project_id, path, peer });
  }

  /** A letter is visible only to callers with the same right on its function, or the corresponding one on its topic. */
  async function find(request: OneLetter, action: string): Promise<Awaited<ReturnType<DeadLetters['show']>>> {
    const { project_id: projectId, letter_id: id } = request.params;
    const record = await deadLetters.show(projectId, id);
    if (may(request, action, record)) return record;
    throw new PlatformError('not_found', `there is no dead letter ${id.slice(0, 64)}`);
  }

  return {
    async listDeadLetters(request) {
      const { project_id: projectId } = request.params;
      const { function_urn: text, limit, marker } = request.query;
      const of = text === undefined || text === '' ? { projectId } : functionUrn(text, projectId);
      const page = { limit: pageSize(limit, 100, 500), ...(marker === undefined ? {} : { marker }) };
      const { records, nextMarker } = await deadLetters.list(of, page);
      const seen = records.filter((record) => may(request, 'functiongraph:function:listDeadLetter', record));
      return { dead_letters: seen.map(toWire), ...(nextMarker === null ? {} : { next_marker: nextMarker }) };
    },

    async showDeadLetter(request) {
      const record = await find(request, 'functiongraph:function:getDeadLetter');
      return { ...toWire(record), ...eventFields(record.event) };
    },

    async redriveDeadLetter(request) {
      const { id } = await find(request, 'functiongraph:function:invokeAsync');
      const { requestId } = await deadLetters.redrive(request.params.project_id, id);
      return { request_id: requestId, redrive_of: id };
    },

    async redriveFunctionDeadLetters(request) {
      const { params, body } = request;
      const of = functionUrn(params.function_urn, params.project_id);
      const marker = body.marker ?? undefined;
      const page = { limit: REDRIVE_PAGE, ...(marker === undefined ? {} : { marker }) };
      const { redriven, refused, nextMarker } = await deadLetters.redriveAll(of, page);
      return {
        redriven: redriven.map(({ id, requestId }) => ({ redrive_of: id, request_id: requestId })),
        refused: refused.map(({ id, message }) => ({ id, message })),
        ...(nextMarker === null ? {} : { next_marker: nextMarker }),
      };
    },

    async deleteDeadLetter(request) {
      const { id } = await find(request, 'functiongraph:function:deleteDeadLetter');
      await deadLetters.drop(request.params.project_id, id);
      return {};
    },

    async deleteFunctionDeadLetters({ params, query }) {
      const of = functionUrn(params.function_urn, params.project_id);
      const { marker } = query;
      const page = { limit: DELETE_PAGE, ...(marker === undefined ? {} : { marker }) };
      const { dropped, nextMarker } = await deadLetters.dropAll(of, page);
      return { deleted: dropped, ...(nextMarker === null ? {} : { next_marker: nextMarker }) };
    },
  };
}

function toWire(record: DeadLetterRecord): Wire {
  const { destination } = record;
  return {
    id: record.id,
    kind: record.kind,
    request_id: record.requestId,
    function_urn: record.functionUrn,
    topic: record.topicName ?? '',
    reason: record.reason,
    code: record.code,
    message: record.message,
    attempts: record.attempts,
    enqueued_at: new Date(record.enqueuedAt).toISOString(),
    died_at: new Date(record.diedAt).toISOString(),
    destination: destination === undefined ? '' : destination.destination,
    destination_param: destination === undefined ? '' : destination.param,
    chain: [...record.chain],
    redrive_of: record.redriveOf ?? '',
    redriven_as: record.redrivenAs ?? '',
    settled: record.settled,
  };
}

/** As text if it is text, else as Base64. */
function eventFields(event: Uint8Array | null): { event: string; event_encoding: 'utf8' | 'base64' | 'none' } {
  if (event === null) return { event: '', event_encoding: 'none' };
  const bytes = Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return { event: text, event_encoding: 'utf8' };
  return { event: bytes.toString('base64'), event_encoding: 'base64' };
}
