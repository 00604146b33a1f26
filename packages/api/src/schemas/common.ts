import { Type } from 'typebox';

export const ProjectParams = Type.Object({ project_id: Type.String() });

/** The `{function_urn}` path parameter; some operations of the API spell it `{func_urn}`. */
export const FunctionParams = Type.Object({ project_id: Type.String(), function_urn: Type.String() });

/** Query numbers arrive as text. */
export const NumberText = Type.String({ pattern: '^[0-9]{1,19}$' });
