/** Operations of which the comparison has no answer, and why. */
export const NOT_CALLED: Readonly<Record<string, string>> = {
  enableLtsLogs: 'always refused: logs are kept already',
  cancelAsyncInvocation: 'its answer is empty, and tests/compat/async.test.ts cancels',
  exportFunction: 'answers with an archive',
};

const because = (reason: string, model: string, fields: string): [string, string][] =>
  fields
    .trim()
    .split(/\s+/)
    .map((field) => [`${model}.${field}`, reason]);

/** Fields of the SDK's models that answers of this server do not have, and why. A test fails when one is given after all. */
export const NOT_GIVEN: Readonly<Record<string, string>> = Object.fromEntries([
  ...[
    'CreateFunctionResponse',
    'ShowFunctionConfigResponse',
    'UpdateFunctionConfigResponse',
    'ListFunctionVersionResult',
  ].flatMap((model) => because('only functions made of an image have one', model, 'custom_image')),
  ...because('a version is published without file systems', 'CreateFunctionVersionResponse', 'mount_config'),
  ...because(
    'a version that is new has no settings of its own',
    'CreateFunctionVersionResponse',
    'function_async_config',
  ),
  ...because(
    'there are no repositories, pipelines or addresses of applications',
    'ShowFunctionAppResponse',
    'apig_url pipeline_id repo repo_name',
  ),
  ...because('quotas of counts have no unit', 'Resources', 'unit'),
  ...because('templates have no triggers', 'ShowFunctionTemplateResponse', 'trigger_metadata_list[]'),
  ...because('templates have no triggers', 'ShowFunctionTemplateResponseBody', 'trigger_metadata_list[]'),
  ...because('logs are kept by this server', 'ShowWorkFlowResponse', 'lts_group_id lts_stream_id'),
  ...because(
    'only of the types of states that have it',
    'OperationState',
    'duration action_mode actions[] on_errors state_data_filter',
  ),
  ...because('only of runs that have ended', 'FlowExecutionBrief', 'end_time'),
  ...because('only of runs that have ended', 'FlowExecutionBriefV2', 'end_time'),
  ...because('only of runs that succeeded', 'ShowWorkflowExecutionResponse', 'output'),
  ...because('only of executions that have one', 'NodeExecution', 'error_message output request_id'),
  ...because('nothing failed in the test', 'ListFunctionAsMetricResponse', 'values[]'),
  ...because('nothing runs any more when it is asked', 'ListActiveAsyncInvocationsResponse', 'invocations[]'),
  ...because('only where there is another page', 'ListActiveAsyncInvocationsResponse', 'next_marker'),
  ...because('only where there is another page', 'ListAsyncInvocationsResponse', 'next_marker'),
  ...because(
    'stands beside the settings: clients compare those with what they sent',
    'TriggerEventDataResponseBody',
    'created_time status trigger_name',
  ),
  ...because(
    'belongs to event sources that are not here',
    'TriggerEventDataResponseBody',
    `
  access_password access_user agency batch_size bucket channel_id channel_name collection_name connect_address
  consumer_group_id db_name db_password db_user event_types events exchange_name instance_addrs is_serial
  kafka_connect_address kafka_password kafka_ssl_enable kafka_user Key_encode log_group_id log_topic_id max_fetch_bytes mode
  operations polling_interval polling_unit prefix queue_id roma_app_id sharditerator_type source_name ssl_enable stream_name
  suffix topic_ids topic_urn vhost
    `,
  ),
]);
