import { Type } from 'typebox';
import { FLOW_LIMITS } from '../../limits.ts';
import { filterFields, nodeSchema, Text } from '../../reading/fields.ts';

export const ParallelSchema = nodeSchema('parallel', {
  completion: Type.Enum(['all', 'one', 'count'], { default: 'all', code: 'F-21' }),
  /** How many branches must succeed. Only with `completion: 'count'`. */
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: FLOW_LIMITS.parallelSuccessors.max, code: 'F-22' })),
  result_path: Text({ default: 'result', code: 'F-23' }),
  ...filterFields('F-24'),
});
