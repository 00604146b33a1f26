import { Type } from 'typebox';

/** Who may call a function through its URL: every client, or callers with the right to call it through the API. */
const Auth = Type.Union([Type.Literal('none'), Type.Literal('iam')]);

export const SetFunctionUrlBody = Type.Object({
  enabled: Type.Boolean(),
  /** `iam` when absent. */
  auth: Type.Optional(Auth),
});

export const FunctionUrl = Type.Object({
  function_urn: Type.String(),
  enabled: Type.Boolean(),
  auth: Auth,
  /** Below the gateway's address. */
  path: Type.String(),
});
