import { FLOW_LIMITS } from '../../limits.ts';
import { ExpressionText, filterFields, nodeSchema, Text, WholeNumber } from '../../reading/fields.ts';

export const LoopSchema = nodeSchema('loop', {
  array_path: ExpressionText({ code: 'F-53' }),
  item_name: Text({ code: 'F-53' }),
  result_path: ExpressionText({ code: 'F-53' }),
  /** Iterations at once; 0 sets no limit. */
  concurrency: WholeNumber(FLOW_LIMITS.loopConcurrency, { code: 'F-54' }),
  interval_seconds: WholeNumber(FLOW_LIMITS.loopIntervalSeconds, { code: 'F-55' }),
  ...filterFields('F-56'),
});
