import { ApiError } from '@funcgraph/api';
import { type Entry, type KeptFiles, packEntries } from '../../code/index.ts';
import { type Connection, type FunctionParams, findConfig } from '../../connection/index.ts';
import type { Actual, Change, Desired, Fields } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import type { SecretValues } from './secret-values.ts';
import { actualSettings, bodyOf } from './settings.ts';

/** The files of a function, and what its secrets are. Neither is part of a plan. */
export interface FunctionInputs {
  readonly entries: readonly Entry[];
  readonly secrets: SecretValues;
}

const PACKAGE = 'default';
const AT_ONCE = 8;

type Mounts = Readonly<Record<string, string>>;

interface Deps {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly inputs: ReadonlyMap<string, FunctionInputs>;
  readonly kept?: KeptFiles | undefined;
  /** Fields of the API for a network and file systems, by their names. */
  surroundings(network: string | undefined, mounts: Mounts | undefined): Promise<object>;
  /** Ids of NAME[@VERSION]; the runtime decides between packages of one name. */
  dependencyIds(texts: readonly string[], runtime: string): Promise<string[]>;
}

/** Functions over the API. An archive is made only when the code is sent. */
export class FunctionDriver implements Driver {
  readonly #connection: Connection;
  readonly #inputs: ReadonlyMap<string, FunctionInputs>;
  readonly #kept: KeptFiles | undefined;
  readonly #signal: AbortSignal;
  readonly #surroundings: Deps['surroundings'];
  readonly #dependencyIds: Deps['dependencyIds'];

  constructor({ connection, signal, inputs, kept, surroundings, dependencyIds }: Deps) {
    this.#connection = connection;
    this.#inputs = inputs;
    this.#kept = kept;
    this.#signal = signal;
    this.#surroundings = surroundings;
    this.#dependencyIds = dependencyIds;
  }

  async find(names: readonly string[]): Promise<Actual[]> {
    const found: Actual[] = [];
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => this.#find(name)));
      found.push(...some.filter((one) => one !== undefined));
    }
    return found;
  }

  async create(desired: Desired): Promise<string> {
    const { name, fields, notes } = desired;
    const { secrets } = this.#inputsOf(name);
    const { project_id } = this.#paramsOf(name);
    const body = {
      ...{ func_name: name, package: PACKAGE, runtime: String(fields.runtime) },
      ...bodyOf(fields),
      ...(Object.keys(secrets).length === 0 ? {} : { encrypted_user_data: JSON.stringify(secrets) }),
      ...(notes.dependencies === undefined ? {} : await this.#dependencies(desired)),
      ...(await this.#around(fields, fields.network !== 'default', Object.keys(fields.mounts as object).length > 0)),
      ...(fields.source === 'image' ? { code_type: 'Custom-Image-Swr' } : await this.#code(name)),
    };
    const { client } = this.#connection;
    const { data } = await client.call('createFunction', { params: { project_id }, body, signal: this.#signal });
    return data.func_id;
  }

  async update(desired: Desired, _actual: Actual, changes: readonly Change[]): Promise<void> {
    const { name, fields } = desired;
    const changed = new Set(changes.map(({ field }) => field.split('.')[0] ?? field));
    if (changed.delete('code')) await this.#replaceCode(name);
    if (changed.size === 0) return;
    const { runtime, handler, timeout, memory } = fields;
    const body = {
      ...{ func_name: name, runtime, handler, timeout, memory_size: memory },
      ...bodyOf(fields, changed),
      ...(await this.#around(fields, changed.has('network'), changed.has('mounts'))),
      ...(changed.has('dependencies') ? await this.#dependencies(desired) : {}),
      ...(changed.has('secrets') ? { encrypted_user_data: JSON.stringify(this.#inputsOf(name).secrets) } : {}),
    };
    const { client } = this.#connection;
    const requested = { params: this.#paramsOf(name), body, signal: this.#signal };
    await client.call('updateFunctionConfig', requested as Parameters<typeof client.call<'updateFunctionConfig'>>[1]);
  }

  async remove({ name }: Actual): Promise<void> {
    const params = this.#paramsOf(name);
    await this.#connection.client.call('deleteFunction', { params, signal: this.#signal });
  }

  #paramsOf(name: string): FunctionParams {
    return this.#connection.functionParams(name, PACKAGE);
  }

  #inputsOf(name: string): FunctionInputs {
    const inputs = this.#inputs.get(name);
    if (inputs === undefined) throw new Error(`no code of ${name}`);
    return inputs;
  }

  async #find(name: string): Promise<Actual | undefined> {
    const config = await findConfig(this.#connection.client, this.#paramsOf(name), this.#signal);
    return config && { kind: 'function', name, id: config.func_id, fields: actualSettings(config) };
  }

  async #around({ network, mounts }: Fields, hasNetwork: boolean, hasMounts: boolean): Promise<object> {
    if (!hasNetwork && !hasMounts) return {};
    return this.#surroundings(hasNetwork ? String(network) : undefined, hasMounts ? (mounts as Mounts) : undefined);
  }

  async #dependencies({ fields, hidden }: Desired) {
    const texts = (hidden?.dependencies ?? []) as readonly string[];
    return { depend_version_list: await this.#dependencyIds(texts, String(fields.runtime)) };
  }

  async #code(name: string) {
    const zip = await packEntries(this.#inputsOf(name).entries, this.#kept);
    return { code_type: 'zip', code_filename: `${name}.zip`, func_code: { file: zip.toString('base64') } };
  }

  async #replaceCode(name: string): Promise<void> {
    const requested = { params: this.#paramsOf(name), body: await this.#code(name), signal: this.#signal };
    try {
      await this.#connection.client.call('updateFunctionCode', requested);
    } catch (error) {
      // the server has this code already
      if (!(error instanceof ApiError) || error.code !== 'FSS.0409') throw error;
    }
  }
}
