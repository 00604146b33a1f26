import { type TProperties, type TSchema, Type } from 'typebox';

/** No other keys: a misspelled one is an error, and editors complete them. */
export const Part = <P extends TProperties>(fields: P, description?: string) =>
  Type.Object(fields, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
export const Text = (description: string) => Type.Optional(Type.String({ description }));
export const Whole = (description: string, minimum: number, maximum: number) =>
  Type.Optional(Type.Integer({ description, minimum, maximum }));
export const Switch = (description: string) => Type.Optional(Type.Boolean({ description }));
export const Lines = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
export const Named = <S extends TSchema>(pattern: string, value: S, description: string) =>
  Type.Optional(Type.Record(Type.String({ pattern }), value, { description }));

export const VARIABLE = '^[A-Za-z][A-Za-z0-9_]*$';
export const FUNCTION = '^[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]$|^[A-Za-z]$';
export const NAME = '^[A-Za-z][A-Za-z0-9_-]{0,63}$';
export const PROJECT = '^[A-Za-z]([A-Za-z0-9_-]{0,38}[A-Za-z0-9])?$';

export const Environment = Named(
  VARIABLE,
  Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
  'Environment variables. ${stage} stands for the name of the stage; $${ for ${ itself.',
);

export const Secret = Type.Union([Part({ env: Type.String() }), Part({ file: Type.String() })], {
  description: 'Where the value is: env, a variable of the shell that deploys, or file, a path beside this file.',
});

export const Secrets = Named(VARIABLE, Secret, 'Encrypted environment variables. Their values are never in this file.');
