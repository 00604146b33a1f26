import type { Calls, Json } from './calls.ts';

/** A block of a version, with the one alias that the provider lets it have. */
export interface VersionBlock {
  readonly name: string;
  readonly description?: string;
  readonly aliases?: {
    readonly name: string;
    readonly description?: string;
    readonly additional_version_weights?: Readonly<Record<string, number>>;
  };
}

export interface ReservedBlock {
  readonly qualifier_type: 'version' | 'alias';
  readonly qualifier_name: string;
  readonly count: number;
  readonly idle_mode: boolean;
  readonly cron_configs?: readonly object[];
}

/** Arguments of `huaweicloud_fgs_function`, by their names there. Text arguments that are absent are empty in a state. */
export interface FunctionArguments {
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  readonly timeout: number;
  readonly memory_size: number;
  readonly app?: string;
  readonly code_type: string;
  readonly code_filename?: string;
  /** Not read back: the digest of the code is not compared. */
  readonly func_code?: string;
  readonly depend_list?: readonly string[];
  readonly user_data?: string;
  /** Not read back. */
  readonly encrypted_user_data?: string;
  readonly agency?: string;
  readonly app_agency?: string;
  readonly description?: string;
  readonly initializer_handler?: string;
  readonly initializer_timeout?: number;
  readonly pre_stop_handler?: string;
  readonly pre_stop_timeout?: number;
  readonly enterprise_project_id?: string;
  readonly vpc_id?: string;
  readonly network_id?: string;
  readonly mount_user_id?: number;
  readonly mount_user_group_id?: number;
  readonly func_mounts?: readonly object[];
  readonly enable_dynamic_memory?: boolean;
  readonly enable_auth_in_header?: boolean;
  readonly disable_public_network?: boolean;
  readonly lts_custom_tag?: Readonly<Record<string, string>>;
  readonly log_group_id?: string;
  readonly log_group_name?: string;
  readonly log_stream_id?: string;
  readonly log_stream_name?: string;
  readonly concurrency_num?: number;
  readonly max_instance_num?: number;
  readonly peering_cidr?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly versions?: readonly VersionBlock[];
  readonly reserved_instances?: readonly ReservedBlock[];
}

type State = Readonly<Record<string, unknown>>;

const present = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const base = (urn: string): string => urn.slice(0, urn.lastIndexOf(':'));
const tagList = (tags: Readonly<Record<string, string>>): object[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

/** Defaults of the provider for omitted arguments; for others it takes the server's value. */
const UNSET: State = {
  depend_list: [],
  user_data: '',
  agency: '',
  description: '',
  initializer_handler: '',
  initializer_timeout: 0,
  pre_stop_handler: '',
  pre_stop_timeout: 0,
  vpc_id: '',
  network_id: '',
  func_mounts: [],
  enable_dynamic_memory: false,
  enable_auth_in_header: false,
  disable_public_network: false,
  lts_custom_tag: {},
  peering_cidr: '',
  tags: {},
  reserved_instances: [],
};
/** Arguments that are not read back. */
const NOT_READ = new Set(['func_code', 'encrypted_user_data']);

/** Names of arguments that the next plan would change; versions and reserved instances are sets of blocks. */
export function planOf(requested: FunctionArguments, state: State): readonly string[] {
  const given: State = { ...requested };
  return [...new Set([...Object.keys(UNSET), ...Object.keys(given)])].filter((name) => {
    if (NOT_READ.has(name)) return false;
    const value = given[name] ?? UNSET[name];
    return JSON.stringify(sorted(value)) !== JSON.stringify(sorted(state[name]));
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => JSON.stringify(sorted(one))).sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, sorted(one)]);
}

/** `huaweicloud_fgs_function`: the calls of the provider in its order. An id is the URN as the create answered it. */
export class FunctionResource {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async create(requested: FunctionArguments): Promise<string> {
    const { func_urn: id } = await this.#calls.send('POST', '/fgs/functions', {
      func_name: requested.name,
      runtime: requested.runtime,
      timeout: requested.timeout,
      memory_size: requested.memory_size,
      handler: requested.handler,
      code_type: requested.code_type,
      enterprise_project_id: requested.enterprise_project_id ?? '',
      ...present({
        package: requested.app,
        code_filename: requested.code_filename,
        func_code: requested.func_code === undefined ? undefined : { file: requested.func_code },
        user_data: requested.user_data,
        encrypted_user_data: requested.encrypted_user_data,
        xrole: requested.agency,
        description: requested.description,
        log_config: logConfig(requested),
        enable_dynamic_memory: requested.enable_dynamic_memory,
        network_controller: networkController(requested),
        lts_custom_tag: requested.lts_custom_tag,
      }),
    });
    await this.#configure(id, requested);
    if ((requested.depend_list ?? []).length > 0) await this.#code(id, requested);
    await this.#instances(id, requested);
    await this.#tag(id, requested.tags ?? {});
    for (const version of requested.versions ?? []) await this.#publish(id, version);
    for (const reserved of requested.reserved_instances ?? []) await this.#reserve(id, reserved);
    return id;
  }

  async read(id: string): Promise<State | undefined> {
    const config = await this.#calls.find(`/fgs/functions/${base(id)}/config`);
    if (config === undefined) return undefined;
    const log = await this.#calls.send('GET', `/fgs/functions/${id}/lts-log-detail`);
    const { versions } = await this.#calls.send('GET', `/fgs/functions/${base(id)}/versions`);
    const aliases: Json[] = await this.#calls.send('GET', `/fgs/functions/${base(id)}/aliases`);
    const { tags } = await this.#calls.send('GET', `/functions/${base(id)}/tags`);
    return {
      name: config.func_name,
      runtime: config.runtime,
      handler: config.handler,
      timeout: config.timeout,
      memory_size: config.memory_size,
      app: config.package,
      code_type: config.code_type,
      code_filename: config.code_filename,
      depend_list: config.depend_version_list,
      user_data: config.user_data,
      agency: config.xrole,
      app_agency: config.app_xrole,
      description: config.description,
      initializer_handler: config.initializer_handler,
      initializer_timeout: config.initializer_timeout,
      pre_stop_handler: config.pre_stop_handler,
      pre_stop_timeout: config.pre_stop_timeout,
      enterprise_project_id: config.enterprise_project_id,
      vpc_id: config.func_vpc?.vpc_id ?? '',
      network_id: config.func_vpc?.subnet_id ?? '',
      mount_user_id: config.mount_config?.mount_user.user_id ?? -1,
      mount_user_group_id: config.mount_config?.mount_user.user_group_id ?? -1,
      func_mounts: (config.mount_config?.func_mounts ?? []).map(({ status: _, ...mount }: Json) => mount),
      enable_dynamic_memory: config.enable_dynamic_memory,
      enable_auth_in_header: config.enable_auth_in_header,
      disable_public_network: config.network_controller?.disable_public_network ?? false,
      lts_custom_tag: config.lts_custom_tag ?? {},
      peering_cidr: config.peering_cidr,
      concurrency_num: config.strategy_config.concurrent_num,
      max_instance_num: config.strategy_config.concurrency,
      log_group_id: log.group_id,
      log_group_name: log.group_name,
      log_stream_id: log.stream_id,
      log_stream_name: log.stream_name,
      tags: Object.fromEntries(tags.map(({ key, value }: Json) => [key, value])),
      versions: versionBlocks(versions, aliases),
      reserved_instances: await this.#reserved(id),
    };
  }

  /** Code, configuration, instances, tags, versions, reserved instances: each when it changed. */
  async update(id: string, before: FunctionArguments, requested: FunctionArguments): Promise<void> {
    const changed = (...names: (keyof FunctionArguments)[]): boolean =>
      names.some(
        (name) => JSON.stringify(before[name] ?? UNSET[name]) !== JSON.stringify(requested[name] ?? UNSET[name]),
      );
    if (changed('func_code', 'code_filename', 'code_type', 'depend_list')) await this.#code(id, requested);
    await this.#configure(id, requested);
    if (changed('max_instance_num')) await this.#instances(id, requested);
    if (changed('tags')) {
      const old = tagList(before.tags ?? {});
      if (old.length > 0) {
        await this.#calls.send('DELETE', `/functions/${base(id)}/tags/delete`, { tags: old }, [204]);
      }
      await this.#tag(base(id), requested.tags ?? {});
    }
    if (changed('versions')) {
      for (const { name, aliases } of (before.versions ?? []).toReversed()) {
        if (aliases !== undefined) {
          await this.#calls.send('DELETE', `/fgs/functions/${base(id)}/aliases/${aliases.name}`);
        }
        if (name !== 'latest') await this.#calls.send('DELETE', `/fgs/functions/${base(id)}:${name}`);
      }
      for (const version of requested.versions ?? []) await this.#publish(id, version);
    }
    if (changed('reserved_instances')) {
      for (const old of before.reserved_instances ?? []) {
        await this.#reserve(id, { ...old, count: 0, idle_mode: false, cron_configs: [] });
      }
      for (const reserved of requested.reserved_instances ?? []) await this.#reserve(id, reserved);
    }
  }

  async delete(id: string): Promise<void> {
    await this.#calls.send('DELETE', `/fgs/functions/${base(id)}`);
  }

  async #configure(id: string, requested: FunctionArguments): Promise<void> {
    await this.#calls.send('PUT', `/fgs/functions/${base(id)}/config`, {
      func_name: requested.name,
      runtime: requested.runtime,
      handler: requested.handler,
      timeout: requested.timeout,
      memory_size: requested.memory_size,
      description: requested.description ?? '',
      peering_cidr: requested.peering_cidr ?? '',
      heartbeat_handler: '',
      restore_hook_handler: '',
      restore_hook_timeout: 0,
      user_data: requested.user_data ?? '',
      encrypted_user_data: requested.encrypted_user_data ?? '',
      xrole: requested.agency ?? '',
      app_xrole: requested.app_agency ?? '',
      initializer_handler: requested.initializer_handler ?? '',
      initializer_timeout: requested.initializer_timeout ?? 0,
      pre_stop_handler: requested.pre_stop_handler ?? '',
      pre_stop_timeout: requested.pre_stop_timeout ?? 0,
      enable_dynamic_memory: requested.enable_dynamic_memory ?? false,
      enable_auth_in_header: requested.enable_auth_in_header ?? false,
      ...present({
        // a bug of the provider: only the older argument for an agency is set
        package: requested.agency,
        enterprise_project_id: requested.enterprise_project_id,
        func_vpc:
          requested.vpc_id === undefined ? undefined : { vpc_id: requested.vpc_id, subnet_id: requested.network_id },
        mount_config: mountConfig(requested),
        strategy_config:
          requested.concurrency_num === undefined ? undefined : { concurrent_num: requested.concurrency_num },
        log_config: logConfig(requested),
        network_controller: networkController(requested),
        lts_custom_tag: requested.lts_custom_tag ?? {},
      }),
    });
  }

  async #code(id: string, requested: FunctionArguments): Promise<void> {
    await this.#calls.send('PUT', `/fgs/functions/${base(id)}/code`, {
      code_type: requested.code_type,
      code_url: '',
      code_filename: requested.code_filename ?? '',
      depend_version_list: requested.depend_list ?? [],
      ...present({ func_code: requested.func_code === undefined ? undefined : { file: requested.func_code } }),
    });
  }

  async #instances(id: string, { max_instance_num }: FunctionArguments): Promise<void> {
    if (max_instance_num === undefined) return;
    await this.#calls.send('PUT', `/fgs/functions/${base(id)}/config-max-instance`, { max_instance_num });
  }

  async #tag(urn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(tags).length === 0) return;
    await this.#calls.send('POST', `/functions/${urn}/tags/create`, { tags: tagList(tags) }, [204]);
  }

  async #publish(id: string, { name, description, aliases }: VersionBlock): Promise<void> {
    const path = `/fgs/functions/${base(id)}`;
    if (name !== 'latest') {
      await this.#calls.send('POST', `${path}/versions`, { version: name, description: description ?? '' });
    }
    if (aliases !== undefined) await this.#calls.send('POST', `${path}/aliases`, { ...aliases, version: name });
  }

  async #reserve(id: string, block: ReservedBlock): Promise<void> {
    const { qualifier_type, qualifier_name, count, idle_mode, cron_configs } = block;
    const path = `/fgs/functions/${base(id)}`;
    let urn: string;
    if (qualifier_type === 'version') {
      const { versions } = await this.#calls.send('GET', `${path}/versions`);
      urn = versions.find(({ version }: Json) => version === qualifier_name).func_urn;
    } else {
      const aliases = await this.#calls.send('GET', `${path}/aliases`);
      urn = aliases.find(({ name }: Json) => name === qualifier_name).alias_urn;
    }
    await this.#calls.send('PUT', `/fgs/functions/${urn}/reservedinstances`, {
      count,
      idle_mode,
      ...(cron_configs === undefined ? {} : { tactics_config: { cron_configs } }),
    });
  }

  async #reserved(id: string): Promise<ReservedBlock[]> {
    const found: ReservedBlock[] = [];
    for (let marker = 0; ; ) {
      const path = `/fgs/functions/reservedinstanceconfigs?function_urn=${id}&limit=100&marker=${marker}`;
      const { reserved_instances: page } = await this.#calls.send('GET', path);
      if (page.length === 0) return found;
      for (const { qualifier_type, qualifier_name, min_count, idle_mode, tactics_config } of page) {
        const cron_configs = tactics_config.cron_configs.length === 0 ? undefined : tactics_config.cron_configs;
        const block = { qualifier_type, qualifier_name, count: min_count, idle_mode };
        found.push(cron_configs === undefined ? block : { ...block, cron_configs });
      }
      marker += page.length;
    }
  }
}

function logConfig(requested: FunctionArguments): object | undefined {
  if (requested.log_group_id === undefined) return undefined;
  return {
    group_id: requested.log_group_id,
    group_name: requested.log_group_name,
    stream_id: requested.log_stream_id,
    stream_name: requested.log_stream_name,
  };
}

/** The user has other names here than in the answer. */
function mountConfig({ func_mounts, mount_user_id, mount_user_group_id }: FunctionArguments): object | undefined {
  if (func_mounts === undefined) return undefined;
  return { mount_user: { mount_user_id, mount_user_group_id }, func_mounts };
}

function networkController({ disable_public_network }: FunctionArguments): object | undefined {
  return disable_public_network === undefined ? undefined : { disable_public_network };
}

/** A version that is not published stands in a state only with its alias. */
function versionBlocks(versions: readonly Json[], aliases: readonly Json[]): VersionBlock[] {
  return versions.flatMap(({ version, version_description }: Json): VersionBlock[] => {
    const alias = aliases.find((one) => one.version === version);
    if (version === 'latest' && alias === undefined) return [];
    const block = version_description === '' ? { name: version } : { name: version, description: version_description };
    if (alias === undefined) return [block];
    const { name, description, additional_version_weights } = alias;
    const shown = description === '' ? { name } : { name, description };
    return [
      {
        ...block,
        aliases: additional_version_weights === undefined ? shown : { ...shown, additional_version_weights },
      },
    ];
  });
}
