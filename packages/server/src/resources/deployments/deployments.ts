import { LIMITS, type RouteBody, type RouteResponse, type Routes } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { DeploymentRow, DeploymentStore } from './deployment-store.ts';

type Deployment = RouteResponse<Routes['showDeployment']>;

export interface Place {
  readonly project_id: string;
  readonly name: string;
  readonly stage: string;
}

const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?$/;

/** What project files made. A change is durable when its promise resolves, and needs the revision that it replaces. */
export class Deployments {
  readonly #store: DeploymentStore;
  readonly #clock: Clock;

  constructor(store: DeploymentStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** By name and stage. */
  async list(projectId: string): Promise<Omit<Deployment, 'resources'>[]> {
    return (await this.#store.list(projectId)).map(placeOf);
  }

  /** Throws `not_found`. */
  async show(place: Place): Promise<Deployment> {
    const row = await this.#store.find(place);
    if (row === undefined) throw notFound(place);
    return shown(row);
  }

  /** Throws `invalid_request`, `changed_meanwhile` or `deployment_quota`. */
  async put(place: Place, { revision, resources }: RouteBody<Routes['putDeployment']>): Promise<Deployment> {
    const { project_id, name, stage } = checked(place);
    const row = {
      ...{ project_id, name, stage, revision: revision + 1 },
      resources: JSON.stringify(resources),
      modified_at: this.#clock.now(),
    };
    const outcome = revision === 0 ? await this.#store.insert(row, LIMITS.deployments) : await this.#replace(row);
    if (outcome === 'stored') return shown(row);
    if (outcome === 'changed') {
      throw new PlatformError('changed_meanwhile', `the record of ${name} no longer has revision ${revision}`, {
        hint: 'Another deploy runs or ran meanwhile. Read the record again.',
      });
    }
    throw new PlatformError('deployment_quota', `the project has ${LIMITS.deployments} deployments`, {
      hint: 'Delete the records of projects that are gone: fgs destroy.',
    });
  }

  /** Throws `not_found`. */
  async delete(place: Place): Promise<void> {
    if (!(await this.#store.remove(place))) throw notFound(place);
  }

  async #replace(row: DeploymentRow): Promise<'stored' | 'changed'> {
    return (await this.#store.replace(row)) ? 'stored' : 'changed';
  }
}

/** Throws `invalid_request`. */
function checked(place: Place): Place {
  for (const field of ['name', 'stage'] as const) {
    if (NAME.test(place[field])) continue;
    throw new PlatformError('invalid_request', `${field} is not a name`, {
      hint: 'At most 40 letters, digits, _ and -; starts with a letter, ends with a letter or digit.',
    });
  }
  return place;
}

function placeOf({ name, stage, revision, modified_at }: Omit<DeploymentRow, 'resources'>) {
  return { name, stage, revision: Number(revision), modified_at: new Date(Number(modified_at)).toISOString() };
}

function shown(row: DeploymentRow): Deployment {
  return { ...placeOf(row), resources: JSON.parse(row.resources) as Deployment['resources'] };
}

function notFound({ name, stage }: Place): PlatformError {
  return new PlatformError('not_found', `nothing was deployed as ${name.slice(0, 40)}, stage ${stage.slice(0, 40)}`);
}
