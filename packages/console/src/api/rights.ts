import { ROUTE_ADDRESSES } from 'virtual:route-addresses';
import type { RouteId } from '@funcgraph/api';
import { useSession } from './session.ts';

/** The action that a route needs, if the user has no right to it on any resource. The server checks each request. */
export function useMissingRight(id: RouteId): string | undefined {
  const { rights } = useSession();
  const { action, access } = ROUTE_ADDRESSES[id];
  return access === 'caller' || rights.includes(action) ? undefined : action;
}
