import type { RouteResponse, Routes } from '@funcgraph/api';

export type Server = RouteResponse<Routes['listClusterNodes']>['nodes'][number];
type State = 'live' | 'draining' | 'gone';

export function stateOf({ live, draining }: Server): State {
  if (!live) return 'gone';
  return draining ? 'draining' : 'live';
}

/** Live servers that gave no answer about their load. */
export const unanswered = (servers: readonly Server[]): string[] =>
  servers.filter(({ live, load }) => live && load === null).map(({ name }) => name);

/** One server without others. */
export const isAlone = (servers: readonly Server[]): boolean => servers.length === 1;

/** What may be done with a server; the only one stays in service. */
export function actionsOf(server: Server, hasOthers: boolean): readonly ('drain' | 'undrain' | 'remove')[] {
  switch (stateOf(server)) {
    case 'live':
      return hasOthers ? ['drain'] : [];
    case 'draining':
      return ['undrain', 'remove'];
    case 'gone':
      return ['remove'];
  }
}

const LANE = 'consumer:';

/** Names of the work that a server does for all, and how many streams it reads. */
export function workOf({ leases }: Server): { readonly names: readonly string[]; readonly streams: number } {
  const names = leases.filter((name) => !name.startsWith(LANE));
  return { names, streams: leases.length - names.length };
}
