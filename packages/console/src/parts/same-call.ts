import type { RouteId } from '@funcgraph/api';
import type { Input } from '../api/index.ts';

/** A request of the API that does the same as a command. */
export interface SameCall {
  readonly id: RouteId;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const sameCall = <R extends RouteId>(id: R, { params, body }: Pick<Input<R>, 'params' | 'body'>): SameCall => ({
  id,
  params: (params ?? {}) as Record<string, string>,
  ...(body === undefined ? {} : { body }),
});
