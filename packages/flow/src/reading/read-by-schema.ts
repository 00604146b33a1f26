import type { TSchema } from 'typebox';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import type { Path } from '../json/path.ts';
import { jsonBytes, utf8Bytes } from '../json/size.ts';
import { type Parameters, type Rule, shown } from '../problems/problem.ts';
import type { FieldOptions } from './fields.ts';
import { FORM } from './form-rules.ts';

export interface Fault {
  readonly path: Path;
  readonly rule: Rule;
  readonly parameters?: Parameters;
}

/** The part of JSON Schema that the schemas of this package use. */
interface Schema extends FieldOptions {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

/**
 * Yields every fault of the value, not only the first, and fills in defaults: it changes the value. Null in a field
 * that may be left out means left out. The value must be JSON of bounded size; it fits the schema when nothing was
 * yielded.
 */
export const readBySchema = (schema: TSchema, value: Json): Iterable<Fault> => read(schema as Schema, value, []);

type Faults = Generator<Fault, void>;

function* read(schema: Schema, value: Json, path: Path): Faults {
  const { type, maxBytes } = schema;
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (schema.anyOf !== undefined) {
    yield* readUnion(schema.anyOf, value, path);
  } else if (choices !== undefined) {
    if (!choices.includes(value))
      yield fault(path, schema, FORM.choice, { choices: choices.join(', '), value: shown(value) });
  } else if (type !== undefined && !hasType(type, value)) {
    const [en, zh] = TYPES[type];
    yield fault(path, schema, FORM.type, { type: en, type_zh: zh, value: shown(value) });
  } else if (maxBytes !== undefined && bytesOf(value) > maxBytes) {
    yield fault(path, schema, FORM.large, { limit: maxBytes });
  } else if (typeof value === 'string') {
    yield* readText(schema, value, path);
  } else if (typeof value === 'number') {
    yield* readNumber(schema, value, path);
  } else if (Array.isArray(value)) {
    yield* readItems(schema, value, path);
  } else if (isJsonObject(value) && schema.properties !== undefined) {
    yield* readFields(schema, schema.properties, value, path);
  }
}

/** The field's own code, when it has one, replaces that of its form. */
function fault(path: Path, { code }: Schema, rule: Rule, parameters: Parameters = {}): Fault {
  return { path, rule: code === undefined ? rule : { ...rule, code }, parameters };
}

function* readText(schema: Schema, value: string, path: Path): Faults {
  if (value.length < (schema.minLength ?? 0)) {
    yield fault(path, schema, FORM.empty);
  } else if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    yield fault(path, schema, FORM.long, { limit: schema.maxLength });
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    yield fault(path, schema, FORM.characters, { value: shown(value) });
  }
}

function* readNumber(schema: Schema, value: number, path: Path): Faults {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (value < minimum) yield fault(path, schema, FORM.minimum, { limit: minimum, value });
  if (value > maximum) yield fault(path, schema, FORM.maximum, { limit: maximum, value });
}

function* readItems(schema: Schema, value: Json[], path: Path): Faults {
  const { items, maxItems = Infinity } = schema;
  if (value.length > maxItems) {
    yield fault(path, schema, FORM.many, { limit: maxItems, count: value.length });
  } else if (items !== undefined) {
    for (const [index, item] of value.entries()) yield* read(items, item, [...path, index]);
  }
}

function* readFields(
  { required = [], additionalProperties = true }: Schema,
  fields: Record<string, Schema>,
  value: JsonObject,
  path: Path,
): Faults {
  const known = Object.keys(fields).join(', ');
  for (const key of Object.keys(value)) {
    if (additionalProperties || Object.hasOwn(fields, key)) continue;
    yield { path: [...path, key], rule: FORM.unknown, parameters: { known } };
  }
  for (const [key, field] of Object.entries(fields)) {
    const optional = !required.includes(key) || field.default !== undefined;
    if (optional && Object.hasOwn(value, key) && value[key] === null && !takesNull(field)) delete value[key];
    const present = Object.hasOwn(value, key) ? value[key] : undefined;
    if (present !== undefined) yield* read(field, present, [...path, key]);
    else if (field.default !== undefined) value[key] = emptyCopy(field.default);
    else if (!optional) yield fault([...path, key], field, FORM.missing);
  }
}

/** Reads as the alternative that the value most likely means: by its type, for objects by `kind`. */
function* readUnion(alternatives: readonly Schema[], value: Json, path: Path): Faults {
  const kinds = alternatives.map((one) => one.properties?.kind?.const).filter((kind) => kind !== undefined);
  const kind = isJsonObject(value) && Object.hasOwn(value, 'kind') ? value.kind : undefined;
  const ofType = alternatives.filter((one) => one.type !== undefined && hasType(one.type, value));
  const ofKind = ofType.find((one) => one.properties?.kind?.const === kind);
  const meant = kinds.length > 0 ? ofKind : ofType[0];
  const [first] = alternatives;
  if (meant !== undefined) yield* read(meant, value, path);
  else if (ofType.length === 0) yield* first === undefined ? [] : read(first, value, path);
  else if (kind === undefined) yield { path: [...path, 'kind'], rule: FORM.missing };
  else
    yield { path: [...path, 'kind'], rule: FORM.choice, parameters: { choices: kinds.join(', '), value: shown(kind) } };
}

const TYPES = {
  object: ['an object', '对象'],
  array: ['a list', '列表'],
  string: ['text', '文本'],
  integer: ['a whole number', '整数'],
  number: ['a number', '数字'],
  boolean: ['true or false', 'true 或 false'],
} as const;

function hasType(type: keyof typeof TYPES, value: Json): boolean {
  if (type === 'object') return isJsonObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === type;
}

const takesNull = (schema: Schema): boolean => (schema.type ?? schema.enum ?? schema.anyOf) === undefined;

const bytesOf = (value: Json): number => (typeof value === 'string' ? utf8Bytes(value) : jsonBytes(value));

/** Defaults that are objects or lists are empty; each value gets its own. */
function emptyCopy(value: Json): Json {
  if (Array.isArray(value)) return [];
  return isJsonObject(value) ? {} : value;
}
