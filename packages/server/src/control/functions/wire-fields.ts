import type { ErrorCode } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from './types.ts';

/** Longest text a field may hold that has no rule of its own. */
const MAX_TEXT = 16_384;

/**
 * Reads fields of a request body as clients really send them: numbers may be text, booleans may be text, null means
 * "not given". Every refusal names the field.
 */
export class WireFields {
  readonly #body: Kept;

  constructor(body: Kept) {
    this.#body = body;
  }

  /** Undefined when absent or null; empty text is returned, because it clears a field. */
  text(name: string, options: { max?: number; code?: ErrorCode } = {}): string | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw refuse(options.code, `${name} must be text`);
    const max = options.max ?? MAX_TEXT;
    if (value.length > max) throw refuse(options.code, `${name} is longer than ${max} characters`);
    return value;
  }

  /** Undefined when absent, null or empty text. */
  integer(name: string, options: { min: number; max: number; code?: ErrorCode; unit?: string }): number | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return undefined;
    const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;
    const { min, max } = options;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) {
      const unit = options.unit === undefined ? '' : ` ${options.unit}`;
      throw refuse(options.code, `${name} must be a whole number from ${min} to ${max}${unit}`);
    }
    return number;
  }

  flag(name: string): boolean | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw refuse(undefined, `${name} must be true or false`);
  }

  /** An object that is kept as it is, within bounds. */
  fields(name: string): Kept | undefined {
    const value = this.#object(name);
    if (value === undefined) return undefined;
    if (JSON.stringify(value).length > MAX_TEXT)
      throw refuse(undefined, `${name} is longer than ${MAX_TEXT} characters`);
    return value;
  }

  /** An object whose own fields are read. */
  nested(name: string): WireFields | undefined {
    const value = this.#object(name);
    return value === undefined ? undefined : new WireFields(value);
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || value.length > 100 || value.some((item) => typeof item !== 'string')) {
      throw refuse(undefined, `${name} must be a list of texts`);
    }
    return value as string[];
  }

  /** Objects whose own fields are read. */
  list(name: string, options: { max: number; code: ErrorCode }): readonly WireFields[] | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || value.length > options.max) {
      throw refuse(options.code, `${name} must be a list of at most ${options.max} objects`);
    }
    return value.map((item: unknown) => {
      if (typeof item === 'object' && item !== null && !Array.isArray(item)) return new WireFields(item as Kept);
      throw refuse(options.code, `${name} must be a list of objects`);
    });
  }

  #object(name: string): Kept | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw refuse(undefined, `${name} must be an object`);
    return value as Kept;
  }
}

function refuse(code: ErrorCode | undefined, message: string): PlatformError {
  return new PlatformError(code ?? 'invalid_request', message);
}
