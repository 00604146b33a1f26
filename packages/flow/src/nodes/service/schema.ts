import { Type } from 'typebox';
import { filterFields, nodeSchema } from '../../reading/fields.ts';

export const ServiceSchema = nodeSchema('service', {
  action_mode: Type.Enum(['sequential', 'parallel'], { default: 'sequential', code: 'F-72' }),
  ...filterFields('F-75'),
});
