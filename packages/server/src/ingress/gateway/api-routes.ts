import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import { type ApiSettings, type Catalog, isApi, type Trigger } from '../../control/index.ts';
import { apiAddress } from '../../domain/api-address.ts';
import { parseApiPath } from '../../domain/api-path.ts';
import type { FlowTrigger, FlowTriggers } from '../../flows/index.ts';
import { type RouteMatch, type RouteSpec, RouteTree } from './route-tree.ts';

/** A gateway trigger with the facts about its target that a request needs. */
export type ApiRoute =
  | {
      readonly kind: 'function';
      readonly trigger: Trigger<ApiSettings>;
      readonly urn: FunctionUrn;
      readonly runtime: string;
    }
  | { readonly kind: 'flow'; readonly trigger: FlowTrigger<ApiSettings> };

export interface ApiRoutesDeps {
  readonly catalog: Catalog;
  readonly flowTriggers: Pick<FlowTriggers, 'all' | 'onChange'>;
  readonly region: string;
}

/** The gateway triggers of functions and flows by route, always up to date with those in memory. */
export class ApiRoutes {
  readonly #catalog: Catalog;
  readonly #flowTriggers: ApiRoutesDeps['flowTriggers'];
  readonly #region: string;
  readonly #groups = new Map<string, RouteTree<ApiRoute>>();
  /** Groups in which a function has routes. */
  readonly #addresses = new Map<string, ReadonlySet<string>>();

  constructor({ catalog, flowTriggers, region }: ApiRoutesDeps) {
    this.#catalog = catalog;
    this.#flowTriggers = flowTriggers;
    this.#region = region;
    catalog.facts.on('triggers.updated', ({ functionId }) => this.#follow(functionId));
    for (const functionId of new Set([...catalog.allTriggers()].map((trigger) => trigger.functionId))) {
      this.#follow(functionId);
    }
    flowTriggers.onChange((after, before) => this.#followFlow(after, before));
    for (const trigger of flowTriggers.all()) this.#followFlow(trigger);
  }

  /** From memory. `address` is that of a group, `path` is below it and without a query. */
  find(address: string, path: string, method: string, environment: string): RouteMatch<ApiRoute> | undefined {
    return this.#groups.get(address)?.find(path, method, environment);
  }

  #follow(functionId: string): void {
    const before = this.#addresses.get(functionId) ?? new Set<string>();
    const now = new Set(this.#catalog.triggers(functionId).filter(isApi).map(addressOf));
    if (now.size === 0) this.#addresses.delete(functionId);
    else this.#addresses.set(functionId, now);
    for (const address of new Set([...before, ...now])) this.#rebuild(address);
  }

  #followFlow(...triggers: readonly (FlowTrigger | undefined)[]): void {
    const apis = triggers.filter((trigger) => trigger !== undefined).filter(isApi);
    for (const address of new Set(apis.map(flowAddress))) this.#rebuild(address);
  }

  #rebuild(address: string): void {
    const tree = new RouteTree<ApiRoute>();
    let routes = 0;
    for (const trigger of this.#catalog.allTriggers()) {
      if (!isApi(trigger) || addressOf(trigger) !== address) continue;
      const { fn, qualifier, settings } = trigger;
      const runtime = this.#catalog.resolve(fn.projectId, fn.package, fn.name, 'latest')?.runtime;
      if (runtime === undefined) continue;
      const urn: FunctionUrn = { region: this.#region, ...fn, qualifier: parseQualifier(qualifier) };
      tree.add(specOf(settings), { kind: 'function', trigger, urn, runtime });
      routes += 1;
    }
    for (const trigger of this.#flowTriggers.all()) {
      if (!isApi(trigger) || flowAddress(trigger) !== address) continue;
      tree.add(specOf(trigger.settings), { kind: 'flow', trigger });
      routes += 1;
    }
    if (routes === 0) this.#groups.delete(address);
    else this.#groups.set(address, tree);
  }
}

function specOf({ path, matchMode, method, envName }: ApiSettings): RouteSpec {
  return { segments: parseApiPath(path), below: matchMode === 'SWA', method, environment: envName };
}

function flowAddress({ flow, settings }: FlowTrigger<ApiSettings>): string {
  return apiAddress(flow.projectId, settings.groupId);
}

function addressOf({ fn, settings }: Trigger<ApiSettings>): string {
  return apiAddress(fn.projectId, settings.groupId);
}
