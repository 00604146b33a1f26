import { Type } from 'typebox';
import { filterFields, nodeSchema, Text } from '../../reading/fields.ts';

export const SubflowSchema = nodeSchema('subflow', {
  /** A flow URN, or in files its name. */
  flow: Text({ code: 'F-80' }),
  wait: Type.Boolean({ default: true, code: 'F-81' }),
  ...filterFields('F-82'),
});
