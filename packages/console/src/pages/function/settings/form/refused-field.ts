import { ERRORS } from '@funcgraph/api/errors';
import { ApiError } from '../../../../api/index.ts';

/** The field of a form that a refusal of the server is about, by its code. */
const FIELDS: Readonly<Record<string, string>> = {
  [ERRORS.invalid_handler.fss]: 'handler',
  [ERRORS.invalid_timeout.fss]: 'timeout',
  [ERRORS.invalid_initializer.fss]: 'initializer',
  [ERRORS.invalid_initializer_timeout.fss]: 'initializerTimeout',
  [ERRORS.description_too_long.fss]: 'description',
};

export const refusedField = (error: Error): string | undefined =>
  error instanceof ApiError ? FIELDS[error.code] : undefined;
