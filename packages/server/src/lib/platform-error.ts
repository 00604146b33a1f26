import { type ErrorBody, type ErrorCode, type ErrorSpec, type ErrorViolation, errorSpec } from '@funcgraph/api/errors';
import { isFullDisk } from './full-disk.ts';
import { isMissingReference } from './missing-reference.ts';

/** Seconds to wait, by status, for errors that carry no time of their own. */
const RETRY_AFTER: Readonly<Record<number, number>> = { 429: 1, 503: 5 };
const NONE = {};

interface Extra {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** When another try may succeed. */
  readonly retryAfterSeconds?: number | undefined;
  readonly violations?: readonly ErrorViolation[];
}

/**
 * A failure that a caller may meet. All its properties but the message come from the error table. For `system` errors
 * the message is for the log; the caller gets a fixed text.
 */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly violations: readonly ErrorViolation[] | undefined;

  constructor(code: ErrorCode, message: string, extra: Extra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'PlatformError';
    this.code = code;
    this.hint = extra.hint;
    this.retryAfterSeconds = extra.retryAfterSeconds;
    this.violations = extra.violations;
  }

  get spec(): ErrorSpec {
    return errorSpec(this.code);
  }
}

function translated(error: unknown): PlatformError {
  if (isMissingReference(error)) {
    return new PlatformError('changed_meanwhile', 'Another request deleted or used a resource of this request.', {
      hint: 'Look at what exists now, then try again. Nothing was stored.',
      cause: error,
    });
  }
  if (!isFullDisk(error)) return new PlatformError('internal', 'unexpected failure', { cause: error });
  return new PlatformError('disk_full', 'the disk of the server is full', {
    hint: 'Free space on the machine of the server, then try again. Nothing was stored.',
    cause: error,
  });
}

/** The form of an error in a response. */
export interface ErrorAnswer {
  readonly status: number;
  /** `Retry-After` with each 429 and 503. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** The answer for any error; unknown ones become `internal`. */
export function toErrorBody(error: unknown, requestId: string): ErrorAnswer {
  const known = error instanceof PlatformError ? error : translated(error);
  const { spec } = known;
  const usual = RETRY_AFTER[spec.status];
  const message = spec.audience === 'user' ? known.message : spec.meaning;
  return {
    status: spec.status,
    headers: usual === undefined ? NONE : { 'Retry-After': String(known.retryAfterSeconds ?? usual) },
    body: {
      error_code: spec.fss,
      error_msg: message,
      ...(known.hint !== undefined && spec.audience === 'user' ? { hint: known.hint } : {}),
      request_id: requestId,
      ...(known.violations === undefined ? {} : { violations: known.violations }),
    },
  };
}
