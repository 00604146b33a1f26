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

/** Codes that many fields share: the message begins with the name of the field in the API. */
const NAMED: Readonly<Record<string, string>> = { heartbeat_handler: 'heartbeat' };

export function refusedField(error: Error): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const [first = ''] = error.message.split(' ', 1);
  return FIELDS[error.code] ?? NAMED[first];
}
