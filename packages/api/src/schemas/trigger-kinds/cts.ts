import { Type } from 'typebox';
import { Nullable, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const MAX_OPERATIONS = 100;
const MAX_OPERATION_CHARS = 1024;

const fields = Type.Object({
  name: Text('Name of the trigger.'),
  operations: Nullable(Type.Array(Type.String({ maxLength: MAX_OPERATION_CHARS }), { maxItems: MAX_OPERATIONS }), {
    description:
      'Each is service:resourceA;resourceB:operationA;operationB, such as ' +
      'FunctionGraph:function:createFunction;deleteFunction. * stands for all resources or all operations.',
  }),
});

export const ctsTrigger = {
  fields,
  flowType: 'CTS',
  words: ({ operations }) => `audit events ${Array.isArray(operations) ? operations.join(', ') : ''}`,
} as const satisfies TriggerDescription;
