import { Type } from 'typebox';
import { FLOW_LIMITS } from '../../limits.ts';
import { Closed, ExpressionText, Id, nodeSchema } from '../../reading/fields.ts';

const { waitSeconds, timeoutSeconds } = FLOW_LIMITS;

/** Exactly one of `seconds`, `until` and `callback` is set; `readDefinition` sets `seconds` when none is. */
export const WaitSchema = nodeSchema('wait', {
  seconds: Type.Optional(Type.Integer({ minimum: waitSeconds.min, maximum: waitSeconds.max, code: 'F-61' })),
  /** A path to an RFC 3339 time. */
  until: Type.Optional(ExpressionText()),
  /** Waits for a callback, at most this long. */
  callback: Type.Optional(
    Closed({
      timeout_seconds: Type.Optional(Type.Integer({ minimum: timeoutSeconds.min, maximum: timeoutSeconds.max })),
    }),
  ),
  parent: Type.Optional(Id()),
});
