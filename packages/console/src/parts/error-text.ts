import { type ApiError, isFromProxy } from '../api/index.ts';
import type { Texts } from '../i18n/index.ts';

type Kind = Exclude<keyof Texts['parts']['errors'], 'request'>;

/** The heading of a failed request. Its message comes from the server. */
export function errorKind({ status, requestId }: Pick<ApiError, 'status' | 'requestId'>): Kind {
  if (status === 0 || isFromProxy(status, requestId)) return 'unreachable';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'notFound';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429) return 'busy';
  return status >= 500 ? 'server' : 'refused';
}
