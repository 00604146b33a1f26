import { ApiError, type Client } from '@funcgraph/api';
import { CliError, EXIT } from '../../framework/index.ts';
import { keyOf, type Notes, type Owned } from '../plan/resource.ts';

interface Place {
  readonly client: Client;
  readonly params: { readonly project_id: string; readonly name: string; readonly stage: string };
  readonly signal: AbortSignal;
}

/** What the project made, as the server remembers it. Each change is stored before the promise resolves. */
export class DeploymentRecord {
  readonly #place: Place;
  #revision: number;
  readonly #owned: Map<string, Owned>;

  private constructor(place: Place, revision: number, resources: readonly Owned[]) {
    this.#place = place;
    this.#revision = revision;
    this.#owned = new Map(resources.map((one) => [keyOf(one), one]));
  }

  static async load(place: Place): Promise<DeploymentRecord> {
    const { client, params, signal } = place;
    try {
      const { data } = await client.call('showDeployment', { params, signal });
      return new DeploymentRecord(place, data.revision, data.resources);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return new DeploymentRecord(place, 0, []);
      throw error;
    }
  }

  get exists(): boolean {
    return this.#revision > 0;
  }

  get owned(): readonly Owned[] {
    return [...this.#owned.values()];
  }

  notesOf(resource: { readonly kind: string; readonly name: string }): Notes {
    return this.#owned.get(keyOf(resource))?.notes ?? {};
  }

  /** What is about to be made, so that a deploy after a crash knows it. */
  async intend(resources: readonly Owned[]): Promise<void> {
    const fresh = resources.filter((one) => !this.#owned.has(keyOf(one)));
    for (const { kind, name } of fresh) this.#owned.set(keyOf({ kind, name }), { kind, name });
    if (fresh.length > 0) await this.#save();
  }

  async made(resource: Required<Owned>): Promise<void> {
    this.#owned.set(keyOf(resource), resource);
    await this.#save();
  }

  /** Resources that others made: from now on they are of the project. */
  async adopt(resources: readonly Required<Owned>[]): Promise<void> {
    for (const one of resources) this.#owned.set(keyOf(one), one);
    await this.#save();
  }

  async forget(resources: readonly { readonly kind: string; readonly name: string }[]): Promise<void> {
    if (resources.length === 0) return;
    for (const one of resources) this.#owned.delete(keyOf(one));
    await this.#save();
  }

  async remove(): Promise<void> {
    const { client, params, signal } = this.#place;
    await client.call('deleteDeployment', { params, signal });
  }

  async #save(): Promise<void> {
    const { client, params, signal } = this.#place;
    const resources = this.owned.map(({ kind, name, id, notes }) => ({
      ...{ kind, name },
      ...(id === undefined ? {} : { id }),
      ...(notes === undefined ? {} : { notes: { ...notes } }),
    }));
    try {
      const body = { revision: this.#revision, resources };
      this.#revision = (await client.call('putDeployment', { params, body, signal })).data.revision;
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.status !== 409) throw cause;
      throw new CliError(`another deploy of ${params.name} runs, or ran meanwhile`, {
        code: 'CLI.PROJECT',
        exitCode: EXIT.refused,
        hint: 'Wait for its end, then repeat the command.',
        cause,
      });
    }
  }
}
