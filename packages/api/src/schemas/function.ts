import { Type } from 'typebox';
import { WireFlag as Flag, WireInt as Int, WireLongText as LongText, Nullable, WireText as Text } from './common.ts';
import { Dependency } from './dependency.ts';
import {
  CustomImageField,
  FuncVpcField,
  LogConfigField,
  LtsCustomTagField,
  MountConfigField,
  NetworkControllerField,
  StrategyConfigField,
} from './function-parts.ts';

const Texts = (description: string) => Nullable(Type.Array(Type.String(), { maxItems: 100 }), { description });

export const FuncCode = Type.Object({
  file: LongText('The code in Base64.'),
  link: Text('Where the code can be fetched; only in answers.'),
});

/** Refused unless they ask for nothing. */
const Unsupported = {
  gpu_memory: Int('MB; refused, there are no GPU instances.'),
  gpu_type: Text('Refused, there are no GPU instances.'),
  is_stateful_function: Flag('Refused when true.'),
  ephemeral_storage: Int('MB of /tmp: 512, or 10240 for HTTP functions and images.'),
};

const DependencyIds = Texts('Ids of at most 20 dependency versions; a later one wins over an earlier one.');

/** Fields of both create and config update. Ranges are checked with their own error codes, not here. */
const Settings = {
  ...Unsupported,
  timeout: Int('Seconds a call may take, 3 to 900.'),
  handler: LongText('Entry point; its form depends on the runtime.'),
  memory_size: Int('MB of an instance.'),
  user_data: LongText('Environment variables as the text of a JSON object.'),
  encrypted_user_data: LongText('Like user_data, encrypted at rest and masked in answers.'),
  xrole: Text('Agency: whose credentials the code gets.'),
  app_xrole: Text('Agency for the code alone; that of xrole when empty.'),
  description: LongText('At most 512 characters.'),
  func_vpc: FuncVpcField,
  mount_config: MountConfigField,
  custom_image: CustomImageField(
    'Container image of a function of runtime Custom Image (events) or http: enabled, image, command, args, working_dir, uid, gid.',
  ),
  initializer_handler: LongText('Entry point that runs once in each instance; needs initializer_timeout.'),
  initializer_timeout: Int('Seconds, 1 to 300.'),
  pre_stop_handler: LongText('Entry point before an instance stops; called for Java, stored for others.'),
  pre_stop_timeout: Int('Seconds, 1 to 90.'),
  enterprise_project_id: Text('Id of an enterprise project; 0 or empty for the default one.'),
  log_config: LogConfigField,
  network_controller: NetworkControllerField,
  enable_dynamic_memory: Flag('Whether a call may choose its memory size.'),
  is_return_stream: Flag(
    'Answers may be streamed: through function URLs, and to API callers that ask for it. HTTP functions then also get the ' +
      'bodies of requests to their URL as they arrive.',
  ),
  enable_lanes: Flag(
    'Ours, on unless false: requests of a function that takes less than a millisecond may wait in a warm instance for those before them.',
  ),
  enable_lts_log: Flag('Stored.'),
  lts_custom_tag: LtsCustomTagField,
  user_data_encrypt_kms_key_id: Text('Stored.'),
  domain_names: Text('Stored.'),
  strategy_config: StrategyConfigField,
  extend_config: Text('Stored.'),
  peering_cidr: Text('Stored.'),
  enable_auth_in_header: Flag('Stored.'),
  restore_hook_handler: Text('Java only; stored, not called yet.'),
  restore_hook_timeout: Int('Seconds, 1 to 300; stored.'),
  heartbeat_handler: LongText('Java only: reports every 5 seconds whether an instance works.'),
  enable_class_isolation: Flag(
    'Java only; stored, because classes of a function are always loaded apart from the runtime.',
  ),
  depend_version_list: DependencyIds,
  code_encrypt_kms_key_id: Text('Stored.'),
  type: Text('v1 or v2; stored.'),
  tags: Text('Stored.'),
};

const CodeFields = {
  code_type: LongText('inline, zip, jar, obs or Custom-Image-Swr.'),
  code_url: LongText(
    'For code_type obs: the https address of an archive of at most 300 MB, such as an object in a bucket. It is read once, now.',
  ),
  code_filename: LongText('Name of the uploaded file.'),
  func_code: Nullable(FuncCode),
};

export const CreateFunctionBody = Type.Object({
  func_name: Type.String({ description: 'At most 60 letters, digits, - and _; starts with a letter.' }),
  package: LongText('App of the function; default when absent.'),
  runtime: Type.String({ description: 'Such as Node.js20.15; cannot be changed later.' }),
  ...Settings,
  ...CodeFields,
});

export const UpdateFunctionConfigBody = Type.Object({
  func_name: LongText('Must be the present name.'),
  runtime: LongText('Must be the present runtime.'),
  ...Settings,
});

export const UpdateFunctionCodeBody = Type.Object({
  ...Unsupported,
  ...CodeFields,
  depend_version_list: DependencyIds,
  code_encrypt_kms_key_id: Text('Stored.'),
  custom_image: CustomImageField('Ours: another image, or the present one of the name.'),
});

export const UpdateMaxInstancesBody = Type.Object({ max_instance_num: Int('-1 no limit, 0 disables the function.') });

export const StrategyConfig = Type.Object({ concurrency: Type.Integer(), concurrent_num: Type.Integer() });

/** Set by the server, in every answer about a function. */
const Identity = {
  func_id: Type.String(),
  resource_id: Type.String(),
  func_urn: Type.String({ description: 'Ends in the version, :latest for the editable one.' }),
  func_name: Type.String(),
  domain_id: Type.String(),
  namespace: Type.String(),
  project_name: Type.String(),
  package: Type.String(),
  runtime: Type.String(),
  version: Type.String(),
  image_name: Type.String(),
  cpu: Type.Integer({ description: 'Thousandths of a core.' }),
  last_modified: Type.String({ description: 'RFC 3339.' }),
  long_time: Type.Boolean(),
  is_bridge_function: Type.Boolean(),
  is_return_stream: Type.Boolean(),
};

const CodeAnswer = {
  code_type: Type.String(),
  code_url: Type.String(),
  code_filename: Type.String(),
  code_size: Type.Integer({ description: 'Bytes as stored.' }),
  digest: Type.String({ description: 'SHA-512 of the code.' }),
};

const SettingsAnswer = {
  timeout: Type.Integer(),
  handler: Type.String(),
  memory_size: Type.Integer(),
  user_data: Type.String(),
  encrypted_user_data: Type.String(),
  description: Type.String(),
  xrole: Type.String(),
  app_xrole: Type.String(),
  initializer_handler: Type.String(),
  initializer_timeout: Type.Integer(),
  pre_stop_handler: Type.String(),
  pre_stop_timeout: Type.Integer(),
  enterprise_project_id: Type.String(),
  type: Type.String(),
  strategy_config: StrategyConfig,
  extend_config: Type.String(),
};

export const FunctionConfig = Type.Object({
  ...Identity,
  ...CodeAnswer,
  ...SettingsAnswer,
  peering_cidr: Type.String(),
  domain_names: Type.String(),
  heartbeat_handler: Type.String(),
  restore_hook_handler: Type.String(),
  restore_hook_timeout: Type.Integer(),
  ephemeral_storage: Type.Integer(),
  gpu_memory: Type.Integer(),
  gpu_type: Type.String(),
  enable_dynamic_memory: Type.Boolean(),
  enable_auth_in_header: Type.Boolean(),
  enable_class_isolation: Type.Boolean(),
  enable_lanes: Type.Boolean({ description: 'Ours: requests may wait in an instance for those before them.' }),
  enable_lts_log: Type.Boolean(),
  is_stateful_function: Type.Boolean(),
  allow_ephemeral_storage: Type.Boolean(),
  apig_route_enable: Type.Boolean(),
  reserved_instance_idle_mode: Type.Boolean(),
  user_data_encrypt_kms_key_id: Type.String(),
  code_encrypt_kms_key_id: Type.String(),
  depend_list: Type.Array(Type.String()),
  depend_version_list: Type.Array(Type.String()),
  dependencies: Type.Array(Dependency),
  custom_image: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  func_vpc: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  mount_config: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  network_controller: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  lts_custom_tag: Type.Optional(Type.Record(Type.String(), Type.String())),
  log_group_id: Type.Optional(Type.String()),
  log_stream_id: Type.Optional(Type.String()),
  enable_cloud_debug: Type.String({ description: 'Always DISABLED.' }),
});

export const CreatedFunction = Type.Object({
  ...FunctionConfig.properties,
  reserved_instance_count: Type.Integer({ description: 'A new function has none.' }),
});

export const FunctionSummary = Type.Object({
  ...Identity,
  ...CodeAnswer,
  ...SettingsAnswer,
  /** Ours: whether the function was marked to be first in lists. */
  collected: Type.Boolean(),
});

const ListedFunction = Type.Object({
  ...FunctionSummary.properties,
  func_vpc_id: Type.String({ description: 'Empty when it is in no network.' }),
  gpu_memory: Type.Integer(),
  log_group_id: Type.String(),
  log_stream_id: Type.String(),
  fail_count: Type.Integer({ description: 'Invocations of the last day that failed.' }),
  bind_bridge_funcUrns: Type.Array(Type.String(), { description: 'There are no bridges.' }),
});

export const FunctionList = Type.Object({
  functions: Type.Array(ListedFunction),
  next_marker: Type.Integer({ description: 'Offset of the next page; the present total on the last one.' }),
  count: Type.Integer(),
});

export const FunctionCode = Type.Object({
  func_urn: Type.String(),
  func_name: Type.String(),
  domain_id: Type.String(),
  runtime: Type.String(),
  ...CodeAnswer,
  last_modified: Type.String(),
  func_code: Type.Object({ file: Type.String(), link: Type.String() }),
  depend_list: Type.Array(Type.String()),
  depend_version_list: Type.Array(Type.String()),
  strategy_config: StrategyConfig,
  dependencies: Type.Array(Dependency),
  code_encrypt_kms_key_id: Type.String(),
});

export const RuntimeTypes = Type.Array(Type.Object({ type: Type.String(), display_name: Type.String() }));

export const AllQuotas = Type.Object({
  quotas: Type.Array(
    Type.Object({
      name: Type.String(),
      /** The scope of the limit; `version` stands for a version or an alias. */
      scope: Type.Union([Type.Literal('project'), Type.Literal('function'), Type.Literal('version')]),
      quota: Type.Integer(),
      /** For a quota of functions or versions: by the one that has most. Null where the use is not counted. */
      used: Type.Union([Type.Integer(), Type.Null()]),
      unit: Type.String(),
      /** Key of the server's configuration; empty when the limit is fixed. */
      setting: Type.String(),
    }),
  ),
});

export const Quotas = Type.Object({
  quotas: Type.Object({
    resources: Type.Array(
      Type.Object({
        type: Type.String(),
        quota: Type.Integer(),
        used: Type.Integer(),
        unit: Type.Optional(Type.String()),
      }),
    ),
  }),
});
