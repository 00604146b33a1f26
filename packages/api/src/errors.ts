import { FUNCTION_ERRORS } from './errors/functions.ts';
import { PLATFORM_ERRORS } from './errors/platform.ts';
import { SERVICE_ERRORS } from './errors/services.ts';
import type { ErrorSpec } from './errors/spec.ts';
import { TRIGGER_ERRORS } from './errors/triggers.ts';

export type { Audience, Component, ErrorSpec } from './errors/spec.ts';

/**
 * The only table of errors. `docs/errors.md` is checked against it. The wire form is
 * `{ error_code, error_msg, hint?, request_id }` with `status`; `FSS.*` codes are those of the FunctionGraph API.
 */
export const ERRORS = {
  ...PLATFORM_ERRORS,
  ...FUNCTION_ERRORS,
  ...TRIGGER_ERRORS,
  ...SERVICE_ERRORS,
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export function errorSpec(code: ErrorCode): ErrorSpec {
  return ERRORS[code];
}

/** A rule that the definition of a flow breaks, and where. */
export interface ErrorViolation {
  /** `F-xx`: the guide's rules; `X-xx`: ours; `S-xx`: the form of the document. */
  readonly code: string;
  readonly message: string;
  readonly node?: string;
  readonly edge?: { readonly from: string; readonly to: string };
  /** Below the node, the edge or the definition. */
  readonly field?: string;
}

/** Body of every refusal. */
export interface ErrorBody {
  readonly error_code: string;
  readonly error_msg: string;
  readonly hint?: string;
  readonly request_id?: string;
  /** With `invalid_flow`. */
  readonly violations?: readonly ErrorViolation[];
}
