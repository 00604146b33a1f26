import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../../api/index.ts';
import type { ShownFunction } from '../shown-function.ts';

export type Version = RouteResponse<Routes['listFunctionVersions']>['versions'][number];
export type Alias = RouteResponse<Routes['listVersionAliases']>[number];

export const LATEST = 'latest';

/** The same question as that of the chooser in the header. */
export const useVersions = ({ baseUrn }: Pick<ShownFunction, 'baseUrn'>) =>
  useQuery(query('listFunctionVersions', { params: { function_urn: baseUrn }, query: { maxitems: '500' } }));

export const useAliases = ({ baseUrn }: Pick<ShownFunction, 'baseUrn'>) =>
  useQuery(query('listVersionAliases', { params: { function_urn: baseUrn } }));
