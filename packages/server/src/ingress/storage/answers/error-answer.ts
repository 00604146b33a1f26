import { PlatformError, toErrorBody } from '../../../lib/platform-error.ts';
import { BucketError } from '../../../services/index.ts';
import { StorageError } from '../errors.ts';
import type { Dialect } from '../signatures/claim.ts';
import { type Node, writePlainXml } from '../xml/write.ts';
import type { Answer } from './answer.ts';

export interface ErrorPlace {
  readonly requestId: string;
  readonly resource: string;
  readonly dialect: Dialect;
}

interface Described {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, string>>;
}

const RETRY_AFTER = '5';

/**
 * The answer for any error, in the form of S3. The headers with code and message are for HEAD, whose answers have no
 * body. Faults of the server give no detail.
 */
export function errorAnswer(error: unknown, { requestId, resource, dialect }: ErrorPlace): Answer {
  const { status, code, message, hint, details = {} } = described(error, requestId);
  const prefix = dialect === 'obs' ? 'x-obs-' : 'x-amz-';
  const headers: [string, string][] = [
    [`${prefix}error-code`, code],
    [`${prefix}error-message`, oneLine(message)],
  ];
  if (status === 503) headers.push(['Retry-After', RETRY_AFTER]);
  if (error instanceof BucketError && error.head !== undefined) {
    headers.push(['ETag', `"${error.head.etag}"`], ['Last-Modified', new Date(error.head.modifiedAt).toUTCString()]);
  }
  if (status === 304) return { status, headers };
  const content: Node = {
    Code: code,
    Message: hint === undefined ? message : `${message} ${hint}`,
    Resource: resource,
    RequestId: requestId,
    HostId: requestId,
    ...details,
  };
  return { status, headers: [['Content-Type', 'application/xml'], ...headers], body: writePlainXml('Error', content) };
}

/** Whether the server is at fault: then the log has the cause. */
export function isFault(error: unknown): boolean {
  if (error instanceof StorageError || error instanceof BucketError) return false;
  return !(error instanceof PlatformError) || error.spec.audience !== 'user';
}

function described(error: unknown, requestId: string): Described {
  if (error instanceof StorageError || error instanceof BucketError) {
    const { status, code, message } = error;
    return {
      status,
      code,
      message,
      ...(error instanceof StorageError ? { hint: error.hint, details: error.details } : {}),
    };
  }
  const { status, body } = toErrorBody(error, requestId);
  const code = CODES[status] ?? 'InternalError';
  return { status: code === 'InternalError' ? 500 : status, code, message: body.error_msg, hint: body.hint };
}

/** Errors of other parts of the server, by their status. */
const CODES: Readonly<Record<number, string>> = {
  400: 'InvalidRequest',
  403: 'AccessDenied',
  408: 'RequestTimeout',
  409: 'OperationAborted',
  429: 'SlowDown',
  503: 'ServiceUnavailable',
  507: 'InsufficientStorage',
};

function oneLine(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, 1000);
}
