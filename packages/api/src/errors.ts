/**
 * The only table of errors. `docs/errors.md` is checked against it. The wire form is
 * `{ error_code, error_msg, hint?, request_id }` with `status`; `FSS.*` codes are those of the FunctionGraph API.
 */

/**
 * `user`: the caller can fix it, and sees the text. `system`: the caller gets a fixed text, and the cause is logged.
 */
export type Audience = 'user' | 'system';

/** The component that refused or failed. Each failed invocation names one. */
export type Component = 'ingress' | 'iam' | 'control' | 'admission' | 'instance' | 'runtime' | 'function' | 'timeout';

export interface ErrorSpec {
  readonly fss: string;
  readonly status: number;
  readonly audience: Audience;
  readonly component: Component;
  readonly retryable: boolean;
  readonly meaning: string;
}

const user = (fss: string, status: number, component: Component, meaning: string, retryable = false): ErrorSpec => ({
  fss,
  status,
  audience: 'user',
  component,
  retryable,
  meaning,
});

export const ERRORS = {
  invalid_request: user('FSS.0400', 400, 'ingress', 'A parameter or field is not acceptable; the message names it.'),
  unauthenticated: user(
    'FSS.0401',
    401,
    'iam',
    'The caller could not be identified: signature, key or token is wrong, late or missing.',
  ),
  forbidden: user('FSS.0403', 403, 'iam', 'The caller is known but may not do this.'),
  invalid_policy: user(
    'FSS.0400',
    400,
    'iam',
    'The policy does not have the form of IAM; the message names the field.',
  ),
  weak_password: user('FSS.0400', 400, 'iam', 'The password breaks the rules for passwords.'),
  unknown_agency: user('FSS.0400', 400, 'iam', 'The account has no such agency for functions, or it has expired.'),
  unknown_enterprise_project: user(
    'FSS.0400',
    400,
    'iam',
    'The account has no such enterprise project, or it is disabled.',
  ),
  last_administrator: user('FSS.0409', 409, 'iam', 'No user could manage the identities of the account any more.'),
  identity_quota: user('FSS.0409', 409, 'iam', 'The account has as many identities of this kind as it may have.'),
  not_found: user('FSS.0404', 404, 'ingress', 'There is no such resource or path.'),
  invalid_memory_choice: user('FSS.0406', 406, 'admission', 'X-Cff-Instance-Memory is not one of the memory sizes.'),
  unchanged: user('FSS.0409', 409, 'control', 'The new code equals the present code.'),
  resource_exists: user('FSS.0409', 409, 'control', 'There is one of this name already.'),
  invalid_tag: user('FSS.0400', 400, 'control', 'The key or the value of a tag is not usable; the message names it.'),
  tag_quota: user('FSS.0409', 409, 'control', 'The function would have more tags than it may have.'),
  changed_meanwhile: user('FSS.0409', 409, 'control', 'A resource of the request was deleted or used meanwhile.'),
  resource_in_use: user('FSS.0409', 409, 'control', 'Functions use it; the message names one.'),
  not_available: user(
    'FSS.0412',
    412,
    'control',
    'This machine lacks a feature that the operation needs; the message names it.',
  ),
  unsupported_media_type: user('FSS.0415', 415, 'ingress', 'The Content-Type of the request is not a media type.'),
  head_too_large: user('FSS.0431', 431, 'ingress', 'The request line and the headers are over 16 KB together.'),
  body_too_large: user('FSS.0413', 413, 'ingress', 'The request body is over the limit of this operation.'),
  body_too_slow: user('FSS.0408', 408, 'ingress', 'The request did not arrive in time, or too slowly.', true),
  overloaded: user('FSS.0429', 429, 'admission', 'No instance may or can take the request now; try again later.', true),
  backlog_full: user('FSS.0429', 429, 'admission', 'Too many asynchronous events wait; try again later.', true),
  chain_too_long: user(
    'FSS.0409',
    409,
    'admission',
    'More than 16 functions would have called each other one after another.',
  ),
  flow_run_quota: user('FSS.0429', 429, 'control', 'The project has as many runs of flows as it may store.'),
  flow_run_state: user(
    'FSS.0409',
    409,
    'control',
    'The run has ended, or has not ended yet; the message names its state.',
  ),
  flow_callback_used: user('FSS.0409', 409, 'control', 'A result was sent for this wait before.'),
  flow_callback_gone: user('FSS.0410', 410, 'control', 'The run does not wait for this result any more.'),
  flow_fork_refused: user(
    'FSS.0400',
    400,
    'control',
    'The run cannot be continued from this node; the message has the reason.',
  ),
  export_running: user('FSS.0429', 429, 'control', 'The user exports another function; one at a time.', true),
  dependency_unusable: user('FSS.0424', 424, 'control', 'The dependency is of another language than the function.'),
  internal: {
    fss: 'FSS.0500',
    status: 500,
    audience: 'system',
    component: 'ingress',
    retryable: true,
    meaning: 'A fault of the platform; the server log holds the cause under the request id.',
  },
  flow_storage_quota: user('FSS.0507', 507, 'control', 'The runs of the project use as much storage as they may.'),
  disk_full: user(
    'FSS.0507',
    507,
    'ingress',
    'The disk of the server has no room for new data; calls and reads continue.',
    true,
  ),
  no_disk_room: user(
    'FSS.0503',
    503,
    'instance',
    'The disk of the server has no room for another instance; running instances continue.',
    true,
  ),
  unavailable: {
    fss: 'FSS.0503',
    status: 503,
    audience: 'system',
    component: 'ingress',
    retryable: true,
    meaning: 'The server is starting, stopping or has lost a part that it needs.',
  },
  artifacts_unavailable: user(
    'FSS.0503',
    503,
    'control',
    'The folder or bucket with the code that servers share cannot be reached.',
    true,
  ),
  not_supported_here: user(
    'FSS.0426',
    426,
    'ingress',
    'FunctionGraph can do this, this server cannot; the hint names an alternative or the reason.',
  ),
  invalid_function_name: user('FSS.1002', 400, 'control', 'The function name breaks the naming rule.'),
  invalid_handler: user('FSS.1003', 400, 'control', 'The handler does not have the form its runtime needs.'),
  invalid_package_name: user('FSS.1004', 400, 'control', 'The package (app) is not usable.'),
  invalid_runtime: user('FSS.1005', 400, 'control', 'The runtime is unknown or not installed on this machine.'),
  invalid_code_type: user('FSS.1006', 400, 'control', 'The code type is unknown or does not fit the runtime.'),
  invalid_memory_size: user('FSS.1007', 400, 'control', 'The memory size is not one of the allowed values.'),
  invalid_timeout: user('FSS.1008', 400, 'control', 'The timeout is outside its range.'),
  invalid_user_data: user(
    'FSS.1009',
    400,
    'control',
    'The environment variables are not a JSON object of text values, or a name is not allowed.',
  ),
  invalid_url: user('FSS.1010', 400, 'control', 'The server may not fetch from the address.'),
  invalid_code: user('FSS.1011', 400, 'control', 'The function code cannot be used; the message gives the reason.'),
  code_missing: user('FSS.1012', 400, 'control', 'The request carries no function code.'),
  invalid_code_filename: user('FSS.1013', 400, 'control', 'The code file name does not fit the code type.'),
  invalid_alias: user('FSS.1014', 400, 'control', 'The alias name or one of its settings is not usable.'),
  invalid_version: user(
    'FSS.1015',
    400,
    'control',
    'The version name is not usable, the function has the most versions allowed, or the request would change a published one.',
  ),
  nothing_to_publish: user('FSS.1016', 400, 'control', 'Nothing changed since the last version was published.'),
  user_data_too_large: user('FSS.1018', 400, 'control', 'The environment variables are over 4096 characters in total.'),
  description_too_long: user('FSS.1019', 400, 'control', 'The description is over 512 characters.'),
  several_yaml_files: user('FSS.1022', 400, 'control', 'The imported archive has more than one YAML file.'),
  import_too_large: user('FSS.1023', 400, 'control', 'The archive to import is over 50 MB.'),
  invalid_import: user(
    'FSS.1025',
    400,
    'control',
    'The imported archive has no YAML file, or one that does not describe a function; the message gives the reason.',
  ),
  invalid_dependency: user(
    'FSS.1024',
    400,
    'control',
    'The dependency, or the list of them, cannot be used; the message gives the reason.',
  ),
  invalid_concurrency: user(
    'FSS.1026',
    400,
    'control',
    'The number of instances or of requests in one instance is outside its range.',
  ),
  invalid_application: user('FSS.1027', 400, 'control', 'The application name breaks the naming rule.'),
  invalid_dependency_type: user('FSS.1032', 400, 'control', 'depend_type is neither zip nor obs.'),
  dependency_in_use: user('FSS.1033', 412, 'control', 'A function uses the dependency; the message names it.'),
  invalid_image: user(
    'FSS.1034',
    400,
    'control',
    'The container image, or its settings for the function, cannot be used; the message gives the reason.',
  ),
  image_not_found: user('FSS.1035', 400, 'control', 'There is no such container image on this machine.'),
  vpc_not_found: user('FSS.1036', 400, 'control', 'There is no such network on this machine.'),
  subnet_not_found: user('FSS.1037', 400, 'control', 'The network has no such subnet.'),
  mounted_already: user('FSS.1038', 400, 'control', 'The function mounts this file system already.'),
  invalid_mount_path: user('FSS.1039', 400, 'control', 'A file system cannot be mounted at this path.'),
  mount_quota: user('FSS.1049', 403, 'control', 'A function mounts at most 5 file systems.'),
  mount_not_found: user('FSS.1050', 404, 'control', 'There is no such file system on this machine.'),
  invalid_mount_user: user(
    'FSS.1075',
    400,
    'control',
    'The user or group id of a mount is not -1 or from 1 to 65534, is 1000 or 1002, or not in mount_users.',
  ),
  mount_not_ready: user(
    'FSS.1095',
    412,
    'control',
    'The file system cannot be mounted now; the message gives the reason.',
  ),
  function_quota: user('FSS.1041', 403, 'control', 'The account has as many functions as it may have.'),
  code_quota: user('FSS.1042', 403, 'control', 'The code of all functions would be larger than the account may store.'),
  alias_quota: user('FSS.1043', 403, 'control', 'The function has as many aliases as it may have.'),
  application_quota: user('FSS.1044', 403, 'control', 'The project has as many applications as it may have.'),
  dependency_quota: user(
    'FSS.1045',
    403,
    'control',
    'The dependencies of the project are as many, or as large, as they may be.',
  ),
  dependency_read_only: user(
    'FSS.1046',
    403,
    'control',
    'Public dependencies belong to the platform; projects only use them.',
  ),
  function_not_found: user('FSS.1051', 404, 'control', 'There is no such function.'),
  version_not_found: user('FSS.1052', 404, 'control', 'The function has no such version.'),
  alias_not_found: user('FSS.1053', 404, 'control', 'The function has no such alias.'),
  archive_not_fetched: user('FSS.1054', 404, 'control', 'The archive could not be fetched from its address.'),
  dependency_not_found: user('FSS.1056', 404, 'control', 'There is no such dependency or dependency version.'),
  application_not_found: user('FSS.1055', 404, 'control', 'There is no such application.'),
  application_exists: user('FSS.1064', 409, 'control', 'There is an application of this name.'),
  function_template_not_found: user('FSS.1059', 404, 'control', 'There is no such template.'),
  event_template_not_found: user('FSS.1060', 404, 'control', 'There is no event template of this name.'),
  function_exists: user('FSS.1061', 409, 'control', 'A function of this name exists in the package.'),
  version_exists: user('FSS.1062', 409, 'control', 'The function has a version of this name.'),
  alias_exists: user('FSS.1063', 409, 'control', 'The function has an alias of this name.'),
  dependency_exists: user('FSS.1065', 409, 'control', 'A dependency of this name and runtime exists.'),
  version_has_alias: user('FSS.1066', 409, 'control', 'Another alias points to the version already.'),
  test_event_quota: user('FSS.1068', 403, 'control', 'The function has as many test events as it may have.'),
  test_event_too_large: user('FSS.1069', 403, 'control', 'The test event is over 4 KB.'),
  test_event_not_found: user('FSS.1070', 404, 'control', 'The function has no such test event.'),
  code_too_large: user('FSS.1071', 413, 'control', 'The code package is over 50 MB.'),
  inline_code_too_large: user('FSS.1072', 413, 'control', 'Inline code is over 10 KB.'),
  reserved_quota: user(
    'FSS.1076',
    400,
    'control',
    'The reserved instances of the account would be more than 90 % of its concurrency.',
  ),
  test_event_exists: user('FSS.1073', 403, 'control', 'The function has a test event of this name.'),
  invalid_test_event: user('FSS.1074', 400, 'control', 'The name or the content of the test event is not usable.'),
  invalid_additional_version: user(
    'FSS.1091',
    400,
    'control',
    'The additional version of an alias, or a rule that leads to it, is not usable.',
  ),
  invalid_weight: user('FSS.1092', 400, 'control', 'The weight of the additional version is not between 0 and 100.'),
  same_version: user('FSS.1093', 400, 'control', 'The main and the additional version of an alias are the same.'),
  version_in_use: user('FSS.1094', 403, 'control', 'The version is the additional version of an alias.'),
  invalid_trigger_type: user(
    'FSS.1101',
    400,
    'control',
    'There is no such type of trigger, or not for such a function.',
  ),
  invalid_obs_trigger: user(
    'FSS.1106',
    400,
    'control',
    'A setting of a trigger of a bucket is not usable; the message names it.',
  ),
  obs_trigger_clash: user(
    'FSS.1108',
    403,
    'control',
    'Another trigger of the bucket gets some of the same events for the same objects.',
  ),
  invalid_cts_trigger: user(
    'FSS.1305',
    400,
    'control',
    'A setting of a CTS trigger is not usable; the message names it.',
  ),
  cts_trigger_exists: user('FSS.1153', 409, 'control', 'The version or alias has a CTS trigger of this name.'),
  invalid_lts_trigger: user(
    'FSS.1110',
    400,
    'control',
    'A setting of an LTS trigger is not usable; the message names it.',
  ),
  lts_trigger_exists: user('FSS.1149', 409, 'control', 'The version or alias has an LTS trigger of this name.'),
  invalid_event_trigger: user(
    'FSS.1101',
    400,
    'control',
    'A setting of an EVENT trigger is not usable; the message names it.',
  ),
  event_trigger_exists: user('FSS.1307', 409, 'control', 'The version or alias has an EVENT trigger of this name.'),
  invalid_kafka_trigger: user(
    'FSS.1112',
    400,
    'control',
    'A setting of a Kafka trigger is not usable; the message names it.',
  ),
  kafka_trigger_exists: user('FSS.1150', 409, 'control', 'The version or alias has a Kafka trigger of this name.'),
  invalid_rabbitmq_trigger: user(
    'FSS.0400',
    400,
    'control',
    'A setting of a RabbitMQ trigger is not usable; the message names it.',
  ),
  rabbitmq_trigger_exists: user(
    'FSS.0409',
    409,
    'control',
    'The version or alias has a RabbitMQ trigger of this name.',
  ),
  invalid_smn_trigger: user(
    'FSS.1102',
    400,
    'control',
    'A setting of a topic trigger is not usable; the message names it.',
  ),
  smn_trigger_exists: user('FSS.1141', 409, 'control', 'The version or alias has a topic trigger of this name.'),
  trigger_topic_not_found: user('FSS.1171', 404, 'control', 'The project has no such topic.'),
  invalid_dis_trigger: user(
    'FSS.1104',
    400,
    'control',
    'A setting of a stream trigger is not usable; the message names it.',
  ),
  dis_trigger_exists: user('FSS.1143', 409, 'control', 'The version or alias has a stream trigger of this name.'),
  trigger_stream_not_found: user('FSS.1130', 404, 'control', 'The project has no such stream.'),
  invalid_apig_trigger: user(
    'FSS.1107',
    400,
    'control',
    'A setting of a gateway trigger is not usable; the message names it.',
  ),
  invalid_timer_trigger: user(
    'FSS.1109',
    400,
    'control',
    'A setting of a timer trigger is not usable; the message names it.',
  ),
  trigger_not_found: user(
    'FSS.1131',
    404,
    'control',
    'The function, or this version or alias of it, has no such trigger.',
  ),
  obs_trigger_exists: user('FSS.1145', 409, 'control', 'The version or alias has a trigger of a bucket of this name.'),
  apig_trigger_exists: user('FSS.1146', 409, 'control', 'The version or alias has a gateway trigger of this name.'),
  request_path_taken: user(
    'FSS.1147',
    409,
    'control',
    'Another gateway trigger or API serves this path, method and environment.',
  ),
  timer_trigger_exists: user('FSS.1148', 409, 'control', 'The version or alias has a timer trigger of this name.'),
  bucket_not_usable: user('FSS.1152', 426, 'control', 'The project has no such bucket.'),
  event_too_large: user('FSS.1201', 413, 'ingress', 'The event is over 6 MB (synchronous) or 256 KB (asynchronous).'),
  status_code_missing: user(
    'FSS.1202',
    500,
    'function',
    'The answer of a function to a request of the gateway has no statusCode.',
  ),
  invalid_gateway_answer: user(
    'FSS.1206',
    500,
    'function',
    'The answer of a function to a request of the gateway is not {statusCode, headers, isBase64Encoded, body}, or cannot be sent as HTTP.',
  ),
  logs_enabled: user('FSS.1221', 400, 'control', 'Logs of functions are kept already.'),
  alias_has_triggers: user('FSS.1154', 403, 'control', 'Triggers start the alias; they go first.'),
  gateway_app_quota: user('FSS.0409', 409, 'control', 'The project has as many gateway apps as it may have.'),
  gateway_quota: user('FSS.0409', 409, 'control', 'The project has as many groups, hosts or APIs as it may have.'),
  gateway_host_taken: user('FSS.0409', 409, 'control', 'Another group of the server has this host name.'),
  trigger_quota: user('FSS.1306', 400, 'control', 'The version or alias has as many triggers as it may have.'),
  invalid_urn: user('FSS.1309', 400, 'ingress', 'The function URN is not well formed.'),
  image_registry: user('FSS.1401', 503, 'control', 'The registry of a container image did not give it.', true),
  invalid_initializer: user('FSS.1404', 400, 'control', 'The initializer does not have the form of a handler.'),
  invalid_initializer_timeout: user(
    'FSS.1405',
    400,
    'control',
    'The initializer timeout is not between 1 and 300 seconds.',
  ),
  invalid_flow: user(
    'FSS.0400',
    400,
    'control',
    'The definition of a flow breaks rules; `violations` lists all of them.',
  ),
  flow_not_found: user('FSS.0404', 404, 'control', 'There is no such flow.'),
  flow_template_not_found: user('FSS.0404', 404, 'control', 'There is no such template for flows.'),
  flow_run_not_found: user('FSS.0404', 404, 'control', 'The flow has no such run.'),
  flow_exists: user('FSS.0409', 409, 'control', 'A flow of this name exists in the project.'),
  flow_in_use: user('FSS.0409', 409, 'control', 'Runs of the flow are active; they end or are stopped first.'),
  flow_quota: user('FSS.0409', 409, 'control', 'The project has as many flows as it may have.'),
  invalid_topic: user('SMN.0002', 400, 'control', 'The name or the display name of a topic is not usable.'),
  topic_not_found: user('SMN.0006', 404, 'control', 'The project has no such topic.'),
  topic_quota: user('FSS.0409', 409, 'control', 'The project has as many topics as it may have.'),
  invalid_subscription: user(
    'SMN.0012',
    400,
    'control',
    'The protocol, the endpoint or a setting of a subscription is not usable; the message names it.',
  ),
  subscription_not_found: user('SMN.0014', 404, 'control', 'There is no such subscription, or its token is wrong.'),
  subscription_quota: user(
    'FSS.0409',
    409,
    'control',
    'The topic or the project has as many subscriptions as it may have.',
  ),
  invalid_message: user('SMN.0021', 400, 'control', 'A part of a message is not usable; the message names it.'),
  invalid_stream: user('DIS.4200', 400, 'control', 'A setting of a stream is not usable; the message names it.'),
  stream_not_found: user('DIS.4301', 404, 'control', 'The project has no such stream.'),
  stream_exists: user('DIS.4307', 409, 'control', 'The project has a stream of this name.'),
  stream_quota: user('DIS.4309', 409, 'control', 'The project has as many streams as it may have.'),
  invalid_records: user('DIS.4217', 400, 'control', 'A record or a cursor is not usable; the message names it.'),
  stream_throttled: user('DIS.4303', 429, 'control', 'Records arrive faster than they can be stored.', true),
  stream_storage_quota: user('FSS.0507', 507, 'control', 'The streams of the project store as much as they may.'),
  invalid_alarm: user('FSS.0400', 400, 'control', 'A setting of an alarm rule is not usable; the message names it.'),
  alarm_not_found: user('FSS.0404', 404, 'control', 'The project has no such alarm rule.'),
  alarm_exists: user('FSS.0409', 409, 'control', 'The project has an alarm rule of this name.'),
  alarm_quota: user('FSS.0409', 409, 'control', 'The project has as many alarm rules as it may have.'),
  url_not_found: user('APIGW.0101', 404, 'ingress', 'No function is published under this address of the gateway.'),
  misdirected_request: user('APIGW.0421', 421, 'ingress', 'The request names another host than its TLS connection.'),
  function_failed: user('APIGW.0202', 500, 'function', 'The function behind the URL failed; see its log.'),
  url_timeout: user('APIGW.0203', 504, 'timeout', 'The function behind the URL did not answer in time.'),
  url_app_refused: user(
    'APIGW.0303',
    401,
    'iam',
    'The gateway trigger needs a request of an app: signed with its secret, or with its code.',
  ),
  url_app_forbidden: user('APIGW.0304', 403, 'iam', 'The app is not bound to the gateway trigger.'),
  gateway_address_refused: user('APIGW.0306', 403, 'ingress', 'The rules of the API refuse the address of the caller.'),
  gateway_throttled: user('APIGW.0308', 429, 'ingress', 'The API, or the caller, has a limit of calls.', true),
  event_refused: user(
    'APIGW.0305',
    401,
    'iam',
    'No event webhook has this address and this secret; the answer does not reveal which part is wrong.',
  ),
  event_trigger_disabled: user('APIGW.0306', 409, 'control', 'The EVENT trigger is disabled.'),
  event_rate: user('APIGW.0308', 429, 'ingress', 'The event webhook receives too many events; try again later.', true),
  invalid_cloud_event: user(
    'APIGW.0106',
    400,
    'ingress',
    'The request is not a CloudEvent 1.0; the message names the fault.',
  ),
  event_format: user('APIGW.0107', 415, 'ingress', 'The event webhook does not read this form of CloudEvents.'),
  url_unauthenticated: user('APIGW.0301', 401, 'iam', 'The function URL needs a valid signature or token.'),
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export function errorSpec(code: ErrorCode): ErrorSpec {
  return ERRORS[code];
}

/** A rule that the definition of a flow breaks, and where. */
export interface ErrorViolation {
  /** `F-xx`: the guide's rules; `X-xx`: ours; `S-xx`: the form of the document. */
  readonly code: string;
  readonly message: string;
  readonly node?: string;
  readonly edge?: { readonly from: string; readonly to: string };
  /** Below the node, the edge or the definition. */
  readonly field?: string;
}

/** Body of every refusal. */
export interface ErrorBody {
  readonly error_code: string;
  readonly error_msg: string;
  readonly hint?: string;
  readonly request_id?: string;
  /** With `invalid_flow`. */
  readonly violations?: readonly ErrorViolation[];
}
