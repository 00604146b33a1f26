import { Type } from 'typebox';
import { FLOW_LIMITS } from '../../limits.ts';
import { Closed, filterFields, Id, JsonValue, nodeSchema, Text } from '../../reading/fields.ts';

const ParameterValue = () => JsonValue({ maxBytes: FLOW_LIMITS.templateBytes, code: 'F-15' });

/** One field of the body a function is called with. `value` is a path or a constant; `default` stands in for a missing path. */
export const ParameterSchema = Closed({
  key: Text({ code: 'F-15' }),
  value: ParameterValue(),
  default: Type.Optional(ParameterValue()),
});

export const FunctionSchema = nodeSchema('function', {
  /** A function URN, or in files its name. */
  function: Text({ code: 'F-14' }),
  /** None: the function gets the whole filtered input. */
  parameters: Type.Array(ParameterSchema, { maxItems: FLOW_LIMITS.parameters, default: [] }),
  ...filterFields('F-16'),
  /** Streams the function's answer to the caller of the flow. */
  stream: Type.Optional(Type.Boolean({ code: 'F-17' })),
  /** The loop or service node this one stands in. */
  parent: Type.Optional(Id()),
});
