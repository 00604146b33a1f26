import { type ErrorBody, type ErrorCode, type ErrorSpec, errorSpec } from '@funcgraph/api';

interface Extra {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A failure that a caller may meet. Everything about it but the message comes from the error table. For `system` errors
 * the message is for the log; the caller gets a fixed text.
 */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, extra: Extra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'PlatformError';
    this.code = code;
    this.hint = extra.hint;
  }

  get spec(): ErrorSpec {
    return errorSpec(this.code);
  }
}

/** What goes over the wire for any error; unknown ones become `internal`. */
export function toErrorBody(error: unknown, requestId: string): { status: number; body: ErrorBody } {
  const known =
    error instanceof PlatformError ? error : new PlatformError('internal', 'unexpected failure', { cause: error });
  const { spec } = known;
  const message = spec.audience === 'user' ? known.message : spec.meaning;
  return {
    status: spec.status,
    body: {
      error_code: spec.fss,
      error_msg: message,
      ...(known.hint !== undefined && spec.audience === 'user' ? { hint: known.hint } : {}),
      request_id: requestId,
    },
  };
}
