import { type TSchema, type TSchemaOptions, Type } from 'typebox';
import type { Json, JsonObject } from '../json/json.ts';
import { FLOW_LIMITS } from '../limits.ts';

/** Besides those of JSON Schema, for `readBySchema`. */
export interface FieldOptions {
  /** The rule that a wrong value breaks, instead of that of its form. */
  readonly code?: string;
  /** Bytes of a text in UTF-8, of any other value as JSON text. */
  readonly maxBytes?: number;
}

/** No control characters: ids and names stand in logs and on terminals. */
const PRINTABLE = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$';

export const Id = (options: FieldOptions = {}) =>
  Type.String({ minLength: 1, maxLength: FLOW_LIMITS.idChars, pattern: PRINTABLE, ...options });

export const Text = (options: FieldOptions & TSchemaOptions = {}) =>
  Type.String({ minLength: 1, maxLength: FLOW_LIMITS.textChars, pattern: PRINTABLE, ...options });

/** A path or an expression. */
export const ExpressionText = (options: FieldOptions & TSchemaOptions = {}) =>
  Type.String({ minLength: 1, maxBytes: FLOW_LIMITS.expressionBytes, ...options });

export const JsonValue = (options: FieldOptions) => Type.Unsafe<Json>({ ...options });

export const JsonRecord = (options: FieldOptions & TSchemaOptions) =>
  Type.Unsafe<JsonObject>({ type: 'object', ...options });

/** A whole number within limits, with the limits' fallback as default. */
export const WholeNumber = (limits: { min: number; max: number; fallback: number }, options: FieldOptions = {}) =>
  Type.Integer({ minimum: limits.min, maximum: limits.max, default: limits.fallback, ...options });

const Filter = (code: string) =>
  Type.Union([ExpressionText({ code }), JsonRecord({ maxBytes: FLOW_LIMITS.templateBytes, code })]);

/** The input and output filters; `code` is the rule of the kind that allows them. */
export const filterFields = (code: string) => ({
  input_filter: Type.Optional(Filter(code)),
  output_filter: Type.Optional(Filter(code)),
});

const COORDINATE = { minimum: -1_000_000, maximum: 1_000_000 };

const nodeFields = {
  id: Id(),
  name: Text({ minLength: 0 }),
  /** Where the editor draws the node. The engine does not read it. */
  position: Type.Optional(Closed({ x: Type.Number(COORDINATE), y: Type.Number(COORDINATE) })),
};

/** An object without other fields. */
export function Closed<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

/** A node kind's schema: its settings besides what every node has. */
export const nodeSchema = <const K extends string, P extends Record<string, TSchema>>(kind: K, settings: P) =>
  Closed({ ...nodeFields, kind: Type.Literal(kind), ...settings });
