import type { RouteResponse, Routes } from '@funcgraph/api';
import type { ShownFunction } from '../shown-function.ts';

export type Trigger = RouteResponse<Routes['listFunctionTriggers']>[number];

export const nameOf = ({ event_data: { name } }: Pick<Trigger, 'event_data'>): string => String(name ?? '');

/** The parameters of the routes of one trigger. */
export const paramsOf = (fn: ShownFunction, { trigger_type_code, trigger_id }: Trigger) => ({
  function_urn: fn.urn,
  trigger_type_code,
  trigger_id,
});
