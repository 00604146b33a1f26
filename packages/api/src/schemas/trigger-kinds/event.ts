import { Type } from 'typebox';
import { Nullable, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const MAX_TYPES = 50;
const MAX_TYPE_CHARS = 256;

const fields = Type.Object({
  name: Text('Name of the trigger; event unless given.'),
  types: Nullable(Type.Array(Type.String({ minLength: 1, maxLength: MAX_TYPE_CHARS }), { maxItems: MAX_TYPES }), {
    description:
      'Types of CloudEvents that start the function, such as com.example.order.created; with * at the end for all ' +
      'that begin so. Every type without it.',
  }),
});

export const eventTrigger = {
  fields,
  flowType: 'EVENT',
  words({ types, invoke_url }) {
    const selected = Array.isArray(types) && types.length > 0 ? ` of type ${types.join(', ')}` : '';
    return `CloudEvents${selected} at ${String(invoke_url ?? '')}`;
  },
} as const satisfies TriggerDescription;
