import { nodeSchema } from '../../reading/fields.ts';

export const EndSchema = nodeSchema('end', {});
