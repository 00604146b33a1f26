import { type Static, Type } from 'typebox';

export const FailureCause = Type.Union([
  Type.Literal('init'),
  Type.Literal('load'),
  Type.Literal('system'),
  Type.Literal('timeout'),
  Type.Literal('memory'),
  Type.Literal('disk'),
  Type.Literal('code'),
]);

export const InvocationOutcome = Type.Union([
  Type.Literal('success'),
  Type.Literal('failed'),
  /** Not run because of a limit. */
  Type.Literal('rejected'),
]);

/**
 * The time of each step of one invocation, and the resources it used. Milliseconds are fractional; a step that did not
 * occur is 0.
 */
export const Receipt = Type.Object({
  request_id: Type.String(),
  function_urn: Type.String(),
  version: Type.String(),
  /** The alias that was called; empty for a call of a version. */
  alias: Type.String(),
  instance_id: Type.String(),
  mode: Type.Union([Type.Literal('sync'), Type.Literal('async'), Type.Literal('gateway'), Type.Literal('flow')]),
  attempt: Type.Integer(),
  /** `ok`, or the kind of failure. */
  outcome: Type.Union([
    Type.Literal('ok'),
    Type.Literal('function_error'),
    Type.Literal('load_failed'),
    Type.Literal('init_failed'),
    Type.Literal('timeout'),
    Type.Literal('memory_exceeded'),
    Type.Literal('disk_exceeded'),
    Type.Literal('crashed'),
    Type.Literal('heartbeat'),
    Type.Literal('cancelled'),
    Type.Literal('throttled'),
    Type.Literal('system_error'),
  ]),
  code: Type.Integer(),
  /** The part that failed; empty for `ok`. */
  component: Type.String(),
  /** Which of the seven causes of the guide it was; empty for `ok`, `throttled` and `cancelled`. */
  cause: Type.Union([Type.Literal(''), FailureCause]),
  cold: Type.Boolean(),
  /** It ran in an instance that is kept ready by configuration. */
  reserved: Type.Boolean(),
  started_at: Type.String(),
  queue_ms: Type.Number(),
  sandbox_ms: Type.Number(),
  boot_ms: Type.Number(),
  load_ms: Type.Number(),
  init_ms: Type.Number(),
  handler_ms: Type.Number(),
  total_ms: Type.Number(),
  /** Measured by the kernel; null where the machine cannot measure it. */
  cpu_ms: Type.Union([Type.Number(), Type.Null()]),
  /** `cpu_ms` is a share: other requests ran in the instance while it was measured. */
  cpu_shared: Type.Boolean(),
  peak_memory_bytes: Type.Union([Type.Integer(), Type.Null()]),
  memory_mb: Type.Integer(),
  response_bytes: Type.Integer(),
  /** Names of the servers that took part, when one received the request and another one ran it. */
  nodes: Type.Optional(Type.Array(Type.String())),
  /** Part of `total_ms` for the way to the other server and back. A stored receipt has it a moment after the call. */
  hop_ms: Type.Optional(Type.Number()),
});
export type Receipt = Static<typeof Receipt>;

export const ListedReceipt = Type.Object({
  ...Receipt.properties,
  /** Path of the request for its log lines, on this server. */
  log_path: Type.String(),
});

export const InvokeFunctionResponse = Type.Object({
  request_id: Type.String(),
  result: Type.String(),
  log: Type.String(),
  status: Type.Integer(),
});

export const AsyncInvokeFunctionResponse = Type.Object({ request_id: Type.String() });

export const AsyncInvocation = Type.Object({
  request_id: Type.String(),
  status: Type.Union([
    Type.Literal('WAIT'),
    Type.Literal('RUNNING'),
    Type.Literal('SUCCESS'),
    Type.Literal('FAIL'),
    Type.Literal('DISCARD'),
  ]),
  error_code: Type.Integer(),
  error_message: Type.String(),
  start_time: Type.String(),
  end_time: Type.String(),
});
