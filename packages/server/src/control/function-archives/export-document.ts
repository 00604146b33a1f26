import type { FunctionImage, FunctionState, Kept } from '../functions/types.ts';

/** A dependency as another server can find it. */
export interface NamedDependency {
  readonly name: string;
  readonly runtime: string;
  readonly version: number;
}

/** The contents of the YAML file of an exported function. */
export interface ExportDocument {
  /** Fields of a create body, except that variables are maps and not JSON text. */
  readonly function: Kept;
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
      code_type: config.codeType,
      code_filename: config.codeFileName,
      ...(config.image === undefined ? {} : { custom_image: imageFields(config.image) }),
      ...config.stored,
    },
    dependencies: dependencies.map(({ name, runtime, version: number }) => ({ name, runtime, version: number })),
    ...(codeFile === undefined ? {} : { code: codeFile }),
  };
}

function imageFields({ name, command, args, workingDir, uid, gid }: FunctionImage): Kept {
  return { image: name, command, args, working_dir: workingDir, uid, gid };
}

/** The fields that a document lacks for a create body. */
export interface ImportTarget {
  readonly name: string;
  readonly package: string;
  readonly dependencyIds: readonly string[];
  /** Undefined for a container image. */
  readonly code: Uint8Array | undefined;
}

/** The create body that recreates the function of a document, unchecked. */
export function createBody(document: ExportDocument, target: ImportTarget): Kept {
  const { func_code: _code, user_data, encrypted_user_data, ...fields } = document.function;
  return {
    ...fields,
    func_name: target.name,
    package: target.package,
    user_data: JSON.stringify(user_data ?? {}),
    encrypted_user_data: JSON.stringify(encrypted_user_data ?? {}),
    depend_version_list: [...target.dependencyIds],
    ...(target.code === undefined ? {} : { func_code: { file: Buffer.from(target.code).toString('base64') } }),
  };
}
