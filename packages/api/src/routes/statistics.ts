import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams, NumberText, ProjectParams } from '../schemas/common.ts';
import {
  FunctionMetrics,
  FunctionStatistics,
  MetricSeries,
  ReservedInstanceMetrics,
  TopFunctions,
  UsageStatistics,
} from '../schemas/statistics.ts';

const FUNCTION = '/v2/{project_id}/fgs/functions/{function_urn}';
/** Checked by the handler, so that the refusal lists the allowed values. */
const Text = Type.Optional(Type.String({ maxLength: 64 }));
const PeriodParams = Type.Object({ ...FunctionParams.properties, period: Type.String() });
const MetricQuery = Type.Object({
  /** RFC 3339; an hour before `to` when absent. */
  from: Text,
  /** RFC 3339; now when absent. */
  to: Text,
  /** Length of a step in seconds: whole minutes. Chosen by the range when absent. */
  step: Type.Optional(NumberText),
});

/** Metrics of invocations: the operations of FunctionGraph, and ours with quantiles and causes. */
export const statisticsRoutes = {
  listStatistics: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/functions/statistics',
    action: 'functiongraph:function:listStatistics',
    group: 'metrics',
    summary: 'Metrics of all functions of the project, or its use in the last months',
    params: ProjectParams,
    query: Type.Object({
      filter: Type.Union([Type.Literal('monitor_data'), Type.Literal('monthly_report')]),
      /** Minutes back from now. */
      period: Text,
      /** Of `monthly_report`: 0 this month, 1 the last, 2 the last three, 3 the last six. */
      option: Text,
      limit: Text,
      marker: Text,
    }),
    response: UsageStatistics,
  }),
  listFunctionStatistics: route({
    method: 'GET',
    path: `${FUNCTION}/statistics/{period}`,
    action: 'functiongraph:function:getStatistics',
    group: 'metrics',
    summary: 'Metrics of a function, version or alias, from so many minutes ago until now',
    params: PeriodParams,
    response: FunctionStatistics,
  }),
  showFunctionMetrics: route({
    method: 'GET',
    path: `${FUNCTION}/slareports/{period}`,
    action: 'functiongraph:function:getStatistics',
    group: 'metrics',
    summary: 'The same with the number of instances',
    params: PeriodParams,
    response: FunctionMetrics,
  }),
  showFuncReservedInstanceMetrics: route({
    method: 'GET',
    path: `${FUNCTION}/instancereports`,
    action: 'functiongraph:function:getStatistics',
    group: 'metrics',
    summary: 'Instances and reserved instances of a function in the last hour, by minute',
    params: FunctionParams,
    query: Type.Object({ marker: Text, limit: Text }),
    response: ReservedInstanceMetrics,
  }),
  listFunctionAsMetric: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/function/report',
    action: 'functiongraph:function:listStatistics',
    group: 'metrics',
    summary: 'Functions with most failures, calls, refusals or the longest times; of the last day by default',
    params: ProjectParams,
    query: Type.Object({ type: Text, start_time: Text, end_time: Text, limit: Text }),
    response: TopFunctions,
  }),
  showMetrics: route({
    method: 'GET',
    path: '/v1/{project_id}/functions/{function_urn}/metrics',
    action: 'functiongraph:function:getStatistics',
    group: 'metrics',
    summary: 'Metrics of a function, version or alias with causes of failures and quantiles of the duration',
    params: FunctionParams,
    query: MetricQuery,
    response: MetricSeries,
  }),
  showProjectMetrics: route({
    method: 'GET',
    path: '/v1/{project_id}/metrics',
    action: 'functiongraph:function:listStatistics',
    group: 'metrics',
    summary: 'Metrics of all functions of the project together',
    params: ProjectParams,
    query: MetricQuery,
    response: MetricSeries,
  }),
  scrapeMetrics: route({
    method: 'GET',
    path: '/metrics',
    group: 'metrics',
    summary: 'Metrics of the server and its functions for Prometheus; for this machine, or with the scrape token',
    auth: 'none',
    responseEncoding: 'raw',
  }),
} as const;
