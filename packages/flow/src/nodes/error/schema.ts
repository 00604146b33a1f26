import { Type } from 'typebox';
import { FLOW_LIMITS } from '../../limits.ts';
import { Closed, ExpressionText, Id, nodeSchema, Text, WholeNumber } from '../../reading/fields.ts';

export const RetryRuleSchema = Closed({
  name: Type.Optional(Text()),
  /** Retries only when it holds for the raw result or the error object. None: every thrown error is retried. */
  condition: Type.Optional(ExpressionText({ code: 'F-42' })),
  interval_seconds: WholeNumber(FLOW_LIMITS.retryIntervalSeconds, { code: 'F-43' }),
  /** Retries after the first call: 8 retries are 9 calls. */
  max_retries: WholeNumber(FLOW_LIMITS.retries, { code: 'F-44' }),
});

export const ErrorSchema = nodeSchema('error', {
  /** None: no retry, the guide's default. */
  retries: Type.Array(RetryRuleSchema, { maxItems: FLOW_LIMITS.retryRules, default: [] }),
  parent: Type.Optional(Id()),
});
