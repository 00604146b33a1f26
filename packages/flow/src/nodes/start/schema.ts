import { nodeSchema } from '../../reading/fields.ts';

export const StartSchema = nodeSchema('start', {});
