import { REFUSED, type RefusedOperation } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';

/** The refusal of a FunctionGraph operation that this server does not have. */
export function notHere(operation: RefusedOperation): PlatformError {
  return new PlatformError('not_supported_here', `${operation} is not supported here`, { hint: REFUSED[operation] });
}
