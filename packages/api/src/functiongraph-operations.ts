/** The operations of the official SDK for FunctionGraph v2, by their groups: method and path of each. */
export const OPERATIONS = {
  functions: {
    createFunction: 'POST /v2/{project_id}/fgs/functions',
    deleteFunction: 'DELETE /v2/{project_id}/fgs/functions/{function_urn}',
    listFunctions: 'GET /v2/{project_id}/fgs/functions',
    showFunctionCode: 'GET /v2/{project_id}/fgs/functions/{function_urn}/code',
    showFunctionConfig: 'GET /v2/{project_id}/fgs/functions/{function_urn}/config',
    updateFunctionCode: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/code',
    updateFunctionCollectState: 'PUT /v2/{project_id}/fgs/functions/{func_urn}/collect/{state}',
    updateFunctionConfig: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/config',
    updateFunctionMaxInstanceConfig: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/config-max-instance',
  },
  versions: {
    createFunctionVersion: 'POST /v2/{project_id}/fgs/functions/{function_urn}/versions',
    listFunctionVersions: 'GET /v2/{project_id}/fgs/functions/{function_urn}/versions',
  },
  aliases: {
    createVersionAlias: 'POST /v2/{project_id}/fgs/functions/{function_urn}/aliases',
    deleteVersionAlias: 'DELETE /v2/{project_id}/fgs/functions/{function_urn}/aliases/{alias_name}',
    listVersionAliases: 'GET /v2/{project_id}/fgs/functions/{function_urn}/aliases',
    showVersionAlias: 'GET /v2/{project_id}/fgs/functions/{function_urn}/aliases/{alias_name}',
    updateVersionAlias: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/aliases/{alias_name}',
  },
  invocation: {
    asyncInvokeFunction: 'POST /v2/{project_id}/fgs/functions/{function_urn}/invocations-async',
    invokeFunction: 'POST /v2/{project_id}/fgs/functions/{function_urn}/invocations',
  },
  async: {
    cancelAsyncInvocation: 'POST /v2/{project_id}/fgs/functions/{function_urn}/cancel',
    deleteFunctionAsyncInvokeConfig: 'DELETE /v2/{project_id}/fgs/functions/{function_urn}/async-invoke-config',
    enableAsyncStatusLog: 'POST /v2/{project_id}/fgs/functions/enable-async-status-logs',
    listActiveAsyncInvocations: 'GET /v2/{project_id}/fgs/functions/{function_urn}/active-async-invocations',
    listAsyncInvocations: 'GET /v2/{project_id}/fgs/functions/{function_urn}/async-invocations',
    listFunctionAsyncInvokeConfig: 'GET /v2/{project_id}/fgs/functions/{function_urn}/async-invoke-configs',
    showFunctionAsyncInvokeConfig: 'GET /v2/{project_id}/fgs/functions/{function_urn}/async-invoke-config',
    showProjectAsyncStatusLogInfo: 'GET /v2/{project_id}/fgs/functions/async-status-log-detail',
    updateFunctionAsyncInvokeConfig: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/async-invoke-config',
  },
  'reserved-instances': {
    listFunctionReservedInstances: 'GET /v2/{project_id}/fgs/functions/reservedinstances',
    listReservedInstanceConfigs: 'GET /v2/{project_id}/fgs/functions/reservedinstanceconfigs',
    updateFunctionReservedInstancesCount: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/reservedinstances',
  },
  dependencies: {
    createDependencyVersion: 'POST /v2/{project_id}/fgs/dependencies/version',
    deleteDependencyVersion: 'DELETE /v2/{project_id}/fgs/dependencies/{depend_id}/version/{version}',
    listDependencies: 'GET /v2/{project_id}/fgs/dependencies',
    listDependencyVersion: 'GET /v2/{project_id}/fgs/dependencies/{depend_id}/version',
    showDependencyVersion: 'GET /v2/{project_id}/fgs/dependencies/{depend_id}/version/{version}',
  },
  'test-events': {
    createEvent: 'POST /v2/{project_id}/fgs/functions/{function_urn}/events',
    deleteEvent: 'DELETE /v2/{project_id}/fgs/functions/{function_urn}/events/{event_id}',
    listEvents: 'GET /v2/{project_id}/fgs/functions/{function_urn}/events',
    showEvent: 'GET /v2/{project_id}/fgs/functions/{function_urn}/events/{event_id}',
    updateEvent: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/events/{event_id}',
  },
  tags: {
    createTags: 'POST /v2/{project_id}/{resource_type}/{resource_id}/tags/create',
    deleteTags: 'DELETE /v2/{project_id}/{resource_type}/{resource_id}/tags/delete',
    listFunctionTags: 'GET /v2/{project_id}/{resource_type}/{resource_id}/tags',
    showProjectTagsList: 'GET /v2/{project_id}/{resource_type}/tags',
    showResInstanceInfo: 'POST /v2/{project_id}/{resource_type}/resource-instances/{action}',
  },
  metrics: {
    listFunctionAsMetric: 'GET /v2/{project_id}/fgs/function/report',
    listFunctionStatistics: 'GET /v2/{project_id}/fgs/functions/{func_urn}/statistics/{period}',
    listStatistics: 'GET /v2/{project_id}/fgs/functions/statistics',
    showFuncReservedInstanceMetrics: 'GET /v2/{project_id}/fgs/functions/{func_urn}/instancereports',
    showFunctionMetrics: 'GET /v2/{project_id}/fgs/functions/{func_urn}/slareports/{period}',
  },
  quotas: {
    listQuotas: 'GET /v2/{project_id}/fgs/quotas',
  },
  logs: {
    enableLtsLogs: 'POST /v2/{project_id}/fgs/functions/enable-lts-logs',
    showLtsLogDetails: 'GET /v2/{project_id}/fgs/functions/{function_urn}/lts-log-detail',
  },
  tracing: {
    showTracing: 'GET /v2/{project_id}/fgs/functions/{function_urn}/tracing',
    updateTracing: 'PUT /v2/{project_id}/fgs/functions/{function_urn}/tracing',
  },
  snapshots: {
    showFuncSnapshotState: 'GET /v2/{project_id}/fgs/functions/{function_urn}/snapshots/{action}',
    updateFuncSnapshot: 'POST /v2/{project_id}/fgs/functions/{function_urn}/snapshots/{action}',
  },
  servicebridge: {
    listBridgeFunctions: 'GET /v2/{project_id}/fgs/functions/{function_urn}/servicebridge/relation',
    listBridgeVersions: 'GET /v2/{project_id}/fgs/servicebridge/version',
  },
  'vpc-endpoint': {
    createVpcEndpoint: 'POST /v2/{project_id}/fgs/vpc-endpoint',
    deleteVpcEndpoint: 'DELETE /v2/{project_id}/fgs/vpc-endpoint/{vpc_id}/{subnet_id}',
  },
  triggers: {
    batchDeleteFunctionTriggers: 'DELETE /v2/{project_id}/fgs/triggers/{function_urn}',
    createFunctionTrigger: 'POST /v2/{project_id}/fgs/triggers/{function_urn}',
    deleteFunctionTrigger: 'DELETE /v2/{project_id}/fgs/triggers/{function_urn}/{trigger_type_code}/{trigger_id}',
    listFunctionTriggers: 'GET /v2/{project_id}/fgs/triggers/{function_urn}',
    showFunctionTrigger: 'GET /v2/{project_id}/fgs/triggers/{function_urn}/{trigger_type_code}/{trigger_id}',
    updateTrigger: 'PUT /v2/{project_id}/fgs/triggers/{function_urn}/{trigger_type_code}/{trigger_id}',
  },
  'import-export': {
    exportFunction: 'GET /v2/{project_id}/fgs/functions/{function_urn}/export',
    importFunction: 'POST /v2/{project_id}/fgs/functions/import',
  },
  templates: {
    listFunctionTemplate: 'GET /v2/{project_id}/fgs/templates',
    showFunctionTemplate: 'GET /v2/{project_id}/fgs/templates/{template_id}',
  },
  applications: {
    createFunctionApp: 'POST /v2/{project_id}/fgs/applications',
    deleteFunctionApp: 'DELETE /v2/{project_id}/fgs/applications/{id}',
    listAppTemplates: 'GET /v2/{project_id}/fgs/application/templates',
    listFunctionApplications: 'GET /v2/{project_id}/fgs/applications',
    showAppTemplate: 'GET /v2/{project_id}/fgs/application/templates/{id}',
    showFunctionApp: 'GET /v2/{project_id}/fgs/applications/{id}',
  },
  workflows: {
    batchDeleteWorkflows: 'DELETE /v2/{project_id}/fgs/workflows',
    createCallbackWorkflow: 'POST /v2/{project_id}/fgs/workflows/{workflow_id}/callback',
    createWorkflow: 'POST /v2/{project_id}/fgs/workflows',
    listWorkflow: 'GET /v2/{project_id}/fgs/workflows',
    listWorkflowExecutions: 'GET /v2/{project_id}/fgs/workflows/{workflow_id}/executions',
    retryWorkFlow: 'POST /v2/{project_id}/fgs/workflows/{workflow_id}/executions/{execution_id}/retry',
    showTenantMetric: 'GET /v2/{project_id}/fgs/workflow-statistic',
    showWorkFlow: 'GET /v2/{project_id}/fgs/workflows/{workflow_id}',
    showWorkFlowMetric: 'GET /v2/{project_id}/fgs/workflow-statistic/{workflow_urn}',
    showWorkflowExecution: 'GET /v2/{project_id}/fgs/workflows/{workflow_id}/executions/{execution_id}',
    showWorkflowExecutionForPage: 'GET /v2/{project_id}/fgs/workflows/{workflow_id}/executions-history',
    startSyncWorkflowExecution: 'POST /v2/{project_id}/fgs/workflows/{workflow_id}/sync-executions',
    startWorkflowExecution: 'POST /v2/{project_id}/fgs/workflows/{workflow_id}/executions',
    stopWorkFlow: 'POST /v2/{project_id}/fgs/workflows/{workflow_id}/executions/{execution_id}/terminate',
    updateWorkFlow: 'PUT /v2/{project_id}/fgs/workflows/{workflow_id}',
  },
} as const;

type Groups = typeof OPERATIONS;
type KeysOf<T> = T extends unknown ? keyof T : never;

/** The name of one, as in the SDK. */
export type Operation = KeysOf<Groups[keyof Groups]>;
