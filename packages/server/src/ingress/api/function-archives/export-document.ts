import type {
  FunctionConfig,
  FunctionImage,
  FunctionState,
  NamedDependency,
  OpaqueFields,
} from '../../../control/index.ts';
import { mountFields } from '../functions-reply.ts';

/** The contents of the YAML file of an exported function. */
export interface ExportDocument {
  /** Fields of `createFunction`, except that variables are maps and not JSON text. */
  readonly function: OpaqueFields;
  /** In the order in which the function has them. */
  readonly dependencies: readonly NamedDependency[];
  /** Name of the file with the code beside the YAML file; absent where the code was not exported. */
  readonly code?: string;
}

/**
 * Everything that can be set on a version, under the names of the API. Encrypted variables keep their names and lose
 * their values: a file that is shared must not contain secrets.
 */
export function describeExport(state: FunctionState, codeFile: string | undefined): ExportDocument {
  const { fn, version, secretNames, dependencies } = state;
  const { config } = version;
  return {
    function: {
      func_name: fn.name,
      package: fn.package,
      runtime: fn.runtime,
      description: config.description,
      handler: config.handler,
      memory_size: config.memoryMb,
      timeout: config.timeoutSeconds,
      ...(config.initializer === undefined
        ? {}
        : { initializer_handler: config.initializer, initializer_timeout: config.initializerTimeoutSeconds }),
      strategy_config: { concurrency: config.maxInstances, concurrent_num: config.instanceConcurrency },
      user_data: { ...config.env },
      encrypted_user_data: Object.fromEntries(secretNames.map((name) => [name, ''])),
      enable_dynamic_memory: config.dynamicMemory,
      is_return_stream: config.returnStream ?? false,
      // the export has the code itself
      code_type: config.codeType === 'obs' ? version.artifact.kind : config.codeType,
      code_filename: config.codeFileName,
      ...(config.image === undefined ? {} : { custom_image: imageFields(config.image) }),
      ...setFields(config),
      ...config.kept,
    },
    dependencies: dependencies.map(({ name, runtime, version: number }) => ({ name, runtime, version: number })),
    ...(codeFile === undefined ? {} : { code: codeFile }),
  };
}

function imageFields({ name, command, args, workingDir, uid, gid }: FunctionImage): OpaqueFields {
  return { image: name, command, args, working_dir: workingDir, uid, gid };
}

/** Settings that a function may never have had. */
function setFields(config: FunctionConfig): OpaqueFields {
  const fields = {
    xrole: config.agency,
    app_xrole: config.codeAgency,
    enterprise_project_id: config.enterpriseProjectId,
    pre_stop_handler: config.preStopHandler,
    pre_stop_timeout: config.preStopTimeoutSeconds,
    heartbeat_handler: config.heartbeatHandler,
    ephemeral_storage: config.tmpMb,
    enable_class_isolation: config.classIsolation,
    enable_lanes: config.lanes,
    mount_config: config.mountConfig && mountFields(config.mountConfig),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
