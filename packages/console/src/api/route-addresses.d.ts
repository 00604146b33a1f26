declare module 'virtual:route-addresses' {
  import type { Route, RouteId } from '@funcgraph/api';

  type RouteAddress = Pick<Route, 'method' | 'path' | 'group' | 'action' | 'access' | 'responseEncoding'>;
  /** Made from the routes of `@funcgraph/api` by `build/route-addresses.ts`. */
  export const ROUTE_ADDRESSES: Readonly<Record<RouteId, RouteAddress>>;
}
