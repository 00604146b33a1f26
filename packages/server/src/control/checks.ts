import { type ErrorCode, LIMITS } from '@funcgraph/api';
import { PlatformError } from '../lib/platform-error.ts';

/** `field` is the name that clients know the value by. */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly code?: ErrorCode;
  readonly unit?: string;
}

/** A whole number from `min` to `max`. Throws `code`, by default `invalid_request`. */
export function checkRange(field: string, value: number | undefined, { min, max, code, unit }: Bounds): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  const suffix = unit === undefined ? '' : ` ${unit}`;
  throw new PlatformError(code ?? 'invalid_request', `${field} must be a whole number from ${min} to ${max}${suffix}`);
}

/** Throws `code`, by default `invalid_request`. */
export function checkLength(field: string, text: string | undefined, max: number, code?: ErrorCode): void {
  if (text === undefined || text.length <= max) return;
  throw new PlatformError(code ?? 'invalid_request', `${field} is longer than ${max} characters`);
}

/** Throws `code`, by default `invalid_request`. */
export function checkCount(field: string, items: readonly unknown[], max: number, code?: ErrorCode): void {
  if (items.length <= max) return;
  throw new PlatformError(code ?? 'invalid_request', `${field} must be a list of at most ${max} objects`);
}

/** Throws `description_too_long`. */
export function checkDescription(text: string | undefined): void {
  if (text === undefined || [...text].length <= LIMITS.descriptionChars) return;
  throw new PlatformError('description_too_long', `description is longer than ${LIMITS.descriptionChars} characters`);
}
