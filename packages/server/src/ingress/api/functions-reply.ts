import { cpuMillisFor, LIMITS, type RouteResponse, type Routes } from '@funcgraph/api';
import { MASK } from '@funcgraph/api/environment';
import { type FunctionImage, type FunctionState, functionUrn } from '../../control/index.ts';
import type { MountConfig } from '../../domain/surroundings.ts';
import { dependencyReply } from './dependencies-reply.ts';

type Config = RouteResponse<Routes['showFunctionConfig']>;
type Listed = RouteResponse<Routes['listFunctions']>['functions'][number];
type ListedVersion = RouteResponse<Routes['listFunctionVersions']>['versions'][number];
type Summary = Omit<Listed, keyof ReturnType<typeof listedFields>>;
type Code = RouteResponse<Routes['showFunctionCode']>;

/** The parts of an answer beside the function itself. */
export interface ReplyContext {
  readonly region: string;
  readonly domainId: string;
}

/** RFC 3339 in seconds with an offset, as the API writes it. */
export function apiTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** Every field of `showFunctionConfig`. Encrypted variables show their names only. */
export function configReply(state: FunctionState, context: ReplyContext): Config {
  const { config } = state.version;
  const { kept } = config;
  const logs = object(kept.log_config);
  return {
    ...summaryReply(state, context),
    peering_cidr: text(kept.peering_cidr),
    domain_names: text(kept.domain_names),
    heartbeat_handler: config.heartbeatHandler ?? '',
    restore_hook_handler: text(kept.restore_hook_handler),
    restore_hook_timeout: number(kept.restore_hook_timeout),
    ephemeral_storage: config.tmpMb ?? LIMITS.tmpMb.usual,
    gpu_memory: 0,
    gpu_type: '',
    enable_dynamic_memory: config.dynamicMemory,
    enable_auth_in_header: kept.enable_auth_in_header === true,
    enable_class_isolation: config.classIsolation ?? false,
    enable_lanes: config.lanes ?? true,
    enable_lts_log: kept.enable_lts_log === true,
    is_stateful_function: false,
    allow_ephemeral_storage: false,
    apig_route_enable: false,
    reserved_instance_idle_mode: false,
    user_data_encrypt_kms_key_id: text(kept.user_data_encrypt_kms_key_id),
    code_encrypt_kms_key_id: text(kept.code_encrypt_kms_key_id),
    enable_cloud_debug: 'DISABLED',
    ...dependencyFields(state, context),
    ...optional('custom_image', imageReply(config.image)),
    ...optional('func_vpc', object(kept.func_vpc)),
    ...optional('mount_config', mountReply(config.mountConfig)),
    ...optional('network_controller', object(kept.network_controller)),
    ...optional('lts_custom_tag', texts(kept.lts_custom_tag)),
    ...optional('log_group_id', logs?.group_id === undefined ? undefined : text(logs.group_id)),
    ...optional('log_stream_id', logs?.stream_id === undefined ? undefined : text(logs.stream_id)),
  };
}

function imageReply(image: FunctionImage | undefined): Record<string, unknown> | undefined {
  if (image === undefined) return undefined;
  const { name, command, args, workingDir, uid, gid } = image;
  return { enabled: true, image: name, command, args, working_dir: workingDir, uid: String(uid), gid: String(gid) };
}

/** Each mount is `active`: a registered file system can be mounted whenever an instance starts. */
function mountReply(config: MountConfig | undefined): Record<string, unknown> | undefined {
  if (config === undefined || config.mounts.length === 0) return undefined;
  return {
    ...mountFields(config),
    func_mounts: mountFields(config).func_mounts.map((mount) => ({ ...mount, status: 'active' })),
  };
}

/** As a client would set them. */
export function mountFields({ user, mounts }: MountConfig) {
  return {
    mount_user: { user_id: user.uid, user_group_id: user.gid },
    func_mounts: mounts.map(({ type, resource, sharePath, path }) => ({
      mount_type: type,
      mount_resource: resource,
      ...optional('mount_share_path', sharePath),
      local_mount_path: path,
    })),
  };
}

/** Fields of both lists and the whole configuration. */
function summaryReply(state: FunctionState, { region, domainId }: ReplyContext): Summary {
  const { fn, version, secretNames } = state;
  const { config, artifact } = version;
  const { kept } = config;
  return {
    func_id: fn.id,
    resource_id: fn.id,
    func_urn: functionUrn(fn, region, version.version),
    func_name: fn.name,
    domain_id: domainId,
    namespace: fn.projectId,
    project_name: region,
    package: fn.package,
    runtime: fn.runtime,
    version: version.version,
    image_name: `${version.version}-${artifact.sha256.slice(0, 12)}`,
    cpu: cpuMillisFor(config.memoryMb),
    last_modified: apiTime(version.modifiedAt),
    long_time: false,
    is_bridge_function: false,
    is_return_stream: config.returnStream ?? false,
    code_type: config.codeType,
    code_url: config.codeUrl ?? '',
    code_filename: config.codeFileName,
    code_size: artifact.sizeBytes,
    digest: artifact.sha512,
    timeout: config.timeoutSeconds,
    handler: config.handler,
    memory_size: config.memoryMb,
    user_data: jsonText(config.env),
    encrypted_user_data: jsonText(Object.fromEntries(secretNames.map((name) => [name, MASK]))),
    description: config.description,
    xrole: config.agency ?? '',
    app_xrole: config.codeAgency ?? '',
    initializer_handler: config.initializer ?? '',
    initializer_timeout: config.initializerTimeoutSeconds ?? 0,
    pre_stop_handler: config.preStopHandler ?? '',
    pre_stop_timeout: config.preStopTimeoutSeconds ?? 0,
    enterprise_project_id: config.enterpriseProjectId ?? '',
    type: text(kept.type) || 'v2',
    strategy_config: strategyReply(state),
    extend_config: text(kept.extend_config),
    collected: fn.collected,
  };
}

/** One of `listFunctions`. `failures` are those of the last day. */
export function listedReply(state: FunctionState, context: ReplyContext, failures: number): Listed {
  return { ...summaryReply(state, context), ...listedFields(state, failures) };
}

function listedFields({ version }: FunctionState, failures: number) {
  const { kept, network } = version.config;
  const logs = object(kept.log_config);
  return {
    func_vpc_id: network?.vpcId ?? '',
    gpu_memory: 0,
    log_group_id: text(logs?.group_id),
    log_stream_id: text(logs?.stream_id),
    fail_count: failures,
    bind_bridge_funcUrns: [],
  };
}

/** One of `listFunctionVersions`. */
export function listedVersionReply(
  state: FunctionState,
  context: ReplyContext,
  asyncConfig: ListedVersion['function_async_config'],
): ListedVersion {
  const { config, description } = state.version;
  return {
    ...summaryReply(state, context),
    version_description: description,
    concurrency: config.maxInstances,
    concurrent_num: config.instanceConcurrency,
    func_vpc_id: config.network?.vpcId ?? '',
    enable_dynamic_memory: config.dynamicMemory,
    enable_auth_in_header: config.kept.enable_auth_in_header === true,
    is_stateful_function: false,
    reserved_instance_idle_mode: false,
    ...optional('custom_image', imageReply(config.image)),
    ...optional('function_async_config', asyncConfig),
  };
}

export function codeReply(state: FunctionState, context: ReplyContext, code: { file: string; link: string }): Code {
  const { fn, version } = state;
  return {
    func_urn: functionUrn(fn, context.region, version.version),
    func_name: fn.name,
    domain_id: context.domainId,
    runtime: fn.runtime,
    code_type: version.config.codeType,
    code_url: version.config.codeUrl ?? '',
    code_filename: version.config.codeFileName,
    code_size: version.artifact.sizeBytes,
    digest: version.artifact.sha512,
    last_modified: apiTime(version.modifiedAt),
    func_code: code,
    ...dependencyFields(state, context),
    strategy_config: strategyReply(state),
    code_encrypt_kms_key_id: text(version.config.kept.code_encrypt_kms_key_id),
  };
}

/** Packages, their versions in the given order, and descriptions of them. */
function dependencyFields({ dependencies, version }: FunctionState, { domainId }: ReplyContext) {
  return {
    depend_list: dependencies.map(({ dependencyId }) => dependencyId),
    depend_version_list: [...version.config.dependencies],
    dependencies: dependencies.map((dependency) => dependencyReply(dependency, domainId)),
  };
}

/** The only place where our terms for instances are translated to the API's. */
function strategyReply({ version }: FunctionState): { concurrency: number; concurrent_num: number } {
  return { concurrency: version.config.maxInstances, concurrent_num: version.config.instanceConcurrency };
}

function jsonText(env: Readonly<Record<string, string>>): string {
  return Object.keys(env).length === 0 ? '' : JSON.stringify(env);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function texts(value: unknown): Record<string, string> | undefined {
  const fields = object(value);
  return fields === undefined
    ? undefined
    : Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, String(item)]));
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]: V });
}
