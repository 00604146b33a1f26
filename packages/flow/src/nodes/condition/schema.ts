import { filterFields, nodeSchema } from '../../reading/fields.ts';

export const ConditionSchema = nodeSchema('condition', filterFields('F-34'));
