import { type StaticDecode, type TSchema, type TSchemaOptions, Type } from 'typebox';

export const ProjectParams = Type.Object({ project_id: Type.String() });

/** The `{function_urn}` path parameter; some operations of the API spell it `{func_urn}`. */
export const FunctionParams = Type.Object({ project_id: Type.String(), function_urn: Type.String() });

/** Query numbers arrive as text. */
/** Servers, by name, whose data is missing in an answer because they could not be asked. Absent when nothing is missing. */
export const UnreachableServers = Type.Optional(
  Type.Array(Type.String(), { description: 'Servers whose data is missing here, because they could not be asked.' }),
);

export const NumberText = Type.String({ pattern: '^[0-9]{1,19}$' });

/** Longest text of a field that has no limit of its own. */
const MAX_TEXT_CHARS = 16_384;

/** A field that may be left out; null, as clients send it for "not set", is read as left out. */
export const Nullable = <S extends TSchema>(schema: S, options: TSchemaOptions = {}) =>
  Type.Optional(
    Type.Decode(
      Type.Union([schema, Type.Null()], options),
      (value) => (value ?? undefined) as StaticDecode<S> | undefined,
    ),
  );

const described = (description: string | undefined): TSchemaOptions =>
  description === undefined ? {} : { description };

/** A whole number as clients send it: a number or its text; null and empty text for "not set". */
export const WholeNumber = (description?: string) =>
  Type.Decode(
    Type.Union([Type.Integer(), Type.String({ pattern: '^(-?[0-9]{1,10})?$' }), Type.Null()], described(description)),
    (value) => (value === null || value === '' ? undefined : Number(value)),
  );

export const WireInt = (description?: string) => Type.Optional(WholeNumber(description));

/** Text; null for "not set". */
export const WireText = (description?: string) =>
  Nullable(Type.String({ maxLength: MAX_TEXT_CHARS }), described(description));

/** Text of any length, such as an archive in Base64. */
export const WireLongText = (description?: string) => Nullable(Type.String(), described(description));

/** True or false as clients send it: also as text; null and empty text for "not set". */
export const WireFlag = (description?: string) =>
  Type.Optional(
    Type.Decode(
      Type.Union(
        [Type.Boolean(), Type.Literal('true'), Type.Literal('false'), Type.Literal(''), Type.Null()],
        described(description),
      ),
      (value) => (value === null || value === '' ? undefined : value === true || value === 'true'),
    ),
  );

/** About a page of a list; a next marker of 0 is the end. */
export const PageInfo = Type.Object({
  next_marker: Type.Integer(),
  previous_marker: Type.Integer(),
  current_count: Type.Integer(),
});
