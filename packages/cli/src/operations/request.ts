import type { Route } from '@funcgraph/api';
import type { FlagSpec, FlagSpecs, RawValue } from '../framework/index.ts';

/** Fields of a request by name, wherever its operation has them. Undefined ones are not sent. */
export type Fields = Readonly<Record<string, unknown>>;

/** A flag that is a field of the request. Its type, its choices and whether it is required are those of the field. */
export type FieldFlag =
  /** The summary of a flag without a value. */
  string | readonly [placeholder: string, summary: string, more?: FieldFlagDetails];

interface FieldFlagDetails extends Pick<FlagSpec, 'fallback'> {
  /** The name of the field, unless it is that of the flag with `_` for `-`. */
  readonly field?: string;
}

type Flags = Readonly<Record<string, FieldFlag | FlagSpec>>;

/** As much of a JSON schema as a flag follows from. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

type Part = 'params' | 'query' | 'body';

interface Request {
  readonly params: Fields;
  readonly query: Fields;
  /** Absent where the operation takes none. */
  readonly body?: Fields;
}

interface Place {
  readonly part: Part;
  /** The name of the only field of a body, when that has all others inside: `{"group": {"name": ...}}`. */
  readonly wrapper: string | undefined;
  readonly schema: Schema;
}

function placesOf(route: Route): readonly Place[] {
  const { params, query, body } = route as { readonly [P in Part]: Schema };
  const places: Place[] = [
    { part: 'params', wrapper: undefined, schema: params },
    { part: 'query', wrapper: undefined, schema: query },
  ];
  const [first, ...others] = Object.entries(body.properties ?? {});
  if (first === undefined) return places;
  const [wrapper, inner] = first;
  const wraps = others.length === 0 && inner.properties !== undefined;
  return [
    ...places,
    wraps ? { part: 'body', wrapper, schema: inner } : { part: 'body', wrapper: undefined, schema: body },
  ];
}

function placeOf(places: readonly Place[], field: string): Place {
  const place = places.find(({ schema }) => schema.properties?.[field] !== undefined);
  if (place === undefined) throw new Error(`the operation has no field ${field}`);
  return place;
}

/** Puts each field where the operation has it: in the path, the query or the body. Throws for one that it has not. */
export function requestOf(route: Route, fields: Fields): Request {
  const places = placesOf(route);
  const request: { [P in Part]: Record<string, unknown> } = { params: {}, query: {}, body: {} };
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const { part, wrapper } = placeOf(places, field);
    if (part === 'query') request.query[field] = String(value);
    else if (wrapper === undefined) request[part][field] = value;
    else request.body[wrapper] = { ...(request.body[wrapper] as Fields | undefined), [field]: value };
  }
  const { body, ...others } = request;
  return places.some(({ part }) => part === 'body') ? request : others;
}

const isField = (flag: FieldFlag | FlagSpec): flag is FieldFlag => typeof flag === 'string' || Array.isArray(flag);

const fieldOf = (name: string, flag: FieldFlag): string =>
  (typeof flag === 'string' ? undefined : flag[2]?.field) ?? name.replaceAll('-', '_');

/** Numbers in queries are text. */
const NUMBER_TEXT = /^\^(-\?)?\[0-9\]/;

function flagType({ type, pattern }: Schema): FlagSpec['type'] {
  if (type === 'boolean') return 'boolean';
  if (type === 'integer' || (pattern !== undefined && NUMBER_TEXT.test(pattern))) return 'integer';
  return type === 'array' ? 'list' : 'text';
}

function specOf(places: readonly Place[], name: string, flag: FieldFlag): FlagSpec {
  const field = fieldOf(name, flag);
  const { properties = {}, required = [] } = placeOf(places, field).schema;
  const schema = properties[field] ?? {};
  const kinds = schema.anyOf ?? [schema];
  const choices = kinds.flatMap((kind) => (typeof kind.const === 'string' ? [kind.const] : []));
  const [placeholder, summary, { fallback } = {}] = typeof flag === 'string' ? [undefined, flag] : flag;
  return {
    type: flagType(kinds[0] ?? schema),
    summary,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(choices.length === kinds.length ? { choices } : {}),
    ...(fallback === undefined ? {} : { fallback }),
    ...(fallback === undefined && required.includes(field) ? { required: true } : {}),
  };
}

/** All flags with their types. Throws for a flag that is neither typed nor a field of the operation. */
export function fieldFlags(route: Route, flags: Flags): FlagSpecs {
  const places = placesOf(route);
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, isField(flag) ? specOf(places, name, flag) : flag] as const),
  );
}

/** The fields that a command line gives by its flags. */
export function fieldsOf(flags: Flags, values: Readonly<Record<string, RawValue>>): Fields {
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, flag]) => (isField(flag) ? [[fieldOf(name, flag), values[name]]] : [])),
  );
}
