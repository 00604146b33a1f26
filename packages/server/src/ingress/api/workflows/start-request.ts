import type { IncomingHttpHeaders } from 'node:http';
import type { DecodedBody, Routes } from '@funcgraph/api';
import type { JsonObject } from '@funcgraph/flow';
import { traceparentIn } from '../../../domain/traceparent.ts';
import type { Flow, StartFlowRun } from '../../../flows/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';

const RUN_ID = /^[A-Za-z0-9][\w.-]{0,63}$/;
const MAX_HEADER_BYTES = 16 * 1024;

export interface StartParts {
  readonly flow: Flow;
  readonly body: DecodedBody<Routes['startWorkflowExecution']>;
  readonly headers: IncomingHttpHeaders;
  readonly startedBy: string;
}

/** Reads the start of a run from a request. Throws `invalid_request`. */
export function startRequest({ flow, body, headers, startedBy }: StartParts): StartFlowRun {
  const { input = {}, headers: own = {} } = body;
  if (Buffer.byteLength(JSON.stringify(own)) > MAX_HEADER_BYTES) {
    throw new PlatformError('invalid_request', `headers are over ${MAX_HEADER_BYTES} bytes`);
  }
  const runId = textOf(headers, 'x-workflowrun-id');
  if (runId !== undefined && !RUN_ID.test(runId)) {
    throw new PlatformError('invalid_request', 'X-WorkflowRun-ID is not usable', {
      hint: '1 to 64 letters, digits, _ . and -; starts with a letter or digit.',
    });
  }
  const merge = flagOf(headers, 'x-workflowrun-mergefnparameters');
  return {
    flow,
    input: input as JsonObject,
    headers: own as JsonObject,
    startedBy,
    traceparent: traceparentIn(headers),
    ...(runId === undefined ? {} : { runId }),
    ...(merge === undefined ? {} : { merge }),
  };
}

/** A header that was sent, and is not empty. */
export function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Throws `invalid_request` for a header that is neither true nor false. */
export function flagOf(headers: IncomingHttpHeaders, name: string): boolean | undefined {
  const text = textOf(headers, name)?.toLowerCase();
  if (text === undefined || text === 'true' || text === 'false')
    return text === undefined ? undefined : text === 'true';
  throw new PlatformError('invalid_request', `${name} must be true or false`);
}
