import { REFUSED, type RefusedOperation } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';

/** The refusal of an operation that FunctionGraph has and this server has not. */
export function notHere(operation: RefusedOperation): PlatformError {
  return new PlatformError('not_supported_here', `${operation} is not supported here`, { hint: REFUSED[operation] });
}
