import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { query, useMissingRight } from '../../../api/index.ts';

export type Policy = RouteResponse<Routes['listPolicies']>['roles'][number];

/** A policy of the account, not one that every account has. */
export const isOwn = ({ domain_id }: Policy): boolean => domain_id !== undefined;

/** Policies of the account, then those that every account has. A page says when they may not be seen; a field is without them. */
export function usePolicies({ isPage = false } = {}) {
  const missingRight = useMissingRight('listPolicies');
  const enabled = isPage || missingRight === undefined;
  const own = useQuery({ ...query('listCustomPolicies'), enabled });
  const system = useQuery({ ...query('listPolicies'), enabled });
  return {
    rows: [...(own.data?.roles ?? []), ...(system.data?.roles ?? [])],
    isPending: own.isPending || system.isPending,
    isFetching: own.isFetching || system.isFetching,
    error: own.error ?? system.error,
    refetch: () => Promise.all([own.refetch(), system.refetch()]),
  };
}
