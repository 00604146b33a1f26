import { Type } from 'typebox';
import { urnIn } from '../resource.ts';
import { route } from '../route.ts';
import { FunctionParams, NumberText, ProjectParams } from '../schemas/common.ts';

const DEAD_LETTERS = '/v1/{project_id}/dead-letters';
const LetterParams = Type.Object({ project_id: Type.String(), letter_id: Type.String() });

const DeadLetter = Type.Object({
  id: Type.String(),
  /**
   * An invocation that failed permanently, the result of one that could not be delivered, or a message of a topic that a
   * subscription did not get.
   */
  kind: Type.Union([Type.Literal('invocation'), Type.Literal('delivery'), Type.Literal('notification')]),
  /** Of the invocation; of a notification the id of the message. */
  request_id: Type.String(),
  /** Empty for a notification. */
  function_urn: Type.String(),
  /** Name of the topic of a notification; empty for others. */
  topic: Type.String(),
  /**
   * Of invocations `failed`, `expired`, `refused`; of deliveries `loop`, `long_chain`, `too_large`, `forbidden`,
   * `refused`, `attempts_exhausted`; of notifications `expired`, `long_chain`, `refused`, `attempts_exhausted`.
   */
  reason: Type.String(),
  /** The code that the last attempt of an invocation ended with. */
  code: Type.Integer(),
  message: Type.String(),
  attempts: Type.Integer(),
  /** RFC 3339, like all times here. */
  enqueued_at: Type.String(),
  died_at: Type.String(),
  /**
   * Kind and parameters of the destination of a delivery, as in the asynchronous settings; protocol and subscription of
   * a notification; empty for an invocation.
   */
  destination: Type.String(),
  destination_param: Type.String(),
  /** Functions whose results led here, the first one first. */
  chain: Type.Array(Type.String()),
  /** Id of the dead letter that it replaced; empty without one. */
  redrive_of: Type.String(),
  /** Id of the invocation that replaced it; empty without one. */
  redriven_as: Type.String(),
  /** It was redriven or deleted, and has no event any more. */
  settled: Type.Boolean(),
});

const Redriven = Type.Object({ redrive_of: Type.String(), request_id: Type.String() });

/** Asynchronous invocations that failed permanently. */
export const deadLetterRoutes = {
  listDeadLetters: route({
    method: 'GET',
    path: DEAD_LETTERS,
    action: 'functiongraph:function:listDeadLetter',
    access: 'any',
    resource: urnIn('query', 'function_urn'),
    group: 'dead-letters',
    summary: 'Unsettled dead letters of a project or of function_urn, newest first',
    params: ProjectParams,
    query: Type.Object({
      function_urn: Type.Optional(Type.String()),
      limit: Type.Optional(NumberText),
      marker: Type.Optional(NumberText),
    }),
    /** A page omits letters that the caller may not see, and may be short for it. */
    response: Type.Object({ dead_letters: Type.Array(DeadLetter), next_marker: Type.Optional(Type.String()) }),
  }),
  showDeadLetter: route({
    method: 'GET',
    path: `${DEAD_LETTERS}/{letter_id}`,
    action: 'functiongraph:function:getDeadLetter',
    access: 'any',
    group: 'dead-letters',
    summary: 'A dead letter with its event',
    params: LetterParams,
    response: Type.Object({
      ...DeadLetter.properties,
      event: Type.String(),
      event_encoding: Type.Union([Type.Literal('utf8'), Type.Literal('base64'), Type.Literal('none')]),
    }),
  }),
  redriveDeadLetter: route({
    method: 'POST',
    path: `${DEAD_LETTERS}/{letter_id}/redrive`,
    action: 'functiongraph:function:invokeAsync',
    access: 'any',
    group: 'dead-letters',
    summary: 'Send it again with a new request id; a repeated request gets the same answer and it runs once',
    params: LetterParams,
    response: Redriven,
    status: 202,
  }),
  redriveFunctionDeadLetters: route({
    method: 'POST',
    path: '/v1/{project_id}/functions/{function_urn}/dead-letters/redrive',
    action: 'functiongraph:function:invokeAsync',
    group: 'dead-letters',
    summary: 'Send those of a function again, 100 in a request; continue with next_marker',
    params: FunctionParams,
    body: Type.Object({ marker: Type.Optional(NumberText) }),
    response: Type.Object({
      redriven: Type.Array(Redriven),
      refused: Type.Array(Type.Object({ id: Type.String(), message: Type.String() })),
      next_marker: Type.Optional(Type.String()),
    }),
    status: 202,
  }),
  deleteDeadLetter: route({
    method: 'DELETE',
    path: `${DEAD_LETTERS}/{letter_id}`,
    action: 'functiongraph:function:deleteDeadLetter',
    access: 'any',
    group: 'dead-letters',
    summary: 'Delete a dead letter',
    params: LetterParams,
    status: 204,
  }),
  deleteFunctionDeadLetters: route({
    method: 'DELETE',
    path: '/v1/{project_id}/functions/{function_urn}/dead-letters',
    action: 'functiongraph:function:deleteDeadLetter',
    group: 'dead-letters',
    summary: 'Delete those of a function, also of a deleted one, 500 in a request; continue with next_marker',
    params: FunctionParams,
    query: Type.Object({ marker: Type.Optional(NumberText) }),
    /** The number deleted of this page, without those redriven meanwhile. */
    response: Type.Object({ deleted: Type.Integer(), next_marker: Type.Optional(Type.String()) }),
  }),
} as const;
