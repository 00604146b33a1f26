import { Type } from 'typebox';

export const ProjectParams = Type.Object({ project_id: Type.String() });

/** The `{function_urn}` path parameter; some operations of the API spell it `{func_urn}`. */
export const FunctionParams = Type.Object({ project_id: Type.String(), function_urn: Type.String() });

/** Query numbers arrive as text. */
export const NumberText = Type.String({ pattern: '^[0-9]{1,19}$' });

/** A whole number as clients send it: a number or its text; null and empty text for "not set". */
export const WireInt = (description: string) =>
  Type.Optional(
    Type.Union([Type.Integer(), Type.String({ pattern: '^(-?[0-9]{1,10})?$' }), Type.Null()], { description }),
  );

/** Text; null for "not set". */
export const WireText = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Null()], description === '' ? {} : { description }));

/** True or false as clients send it: also as text; null and empty text for "not set". */
export const WireFlag = (description: string) =>
  Type.Optional(
    Type.Union(
      [Type.Boolean(), Type.Literal('true'), Type.Literal('false'), Type.Literal(''), Type.Null()],
      description === '' ? {} : { description },
    ),
  );
