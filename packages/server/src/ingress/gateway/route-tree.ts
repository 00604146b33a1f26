import type { PathSegment } from '../../domain/api-path.ts';

export interface RouteSpec {
  readonly segments: readonly PathSegment[];
  /** The path alone, or also all below it. */
  readonly below: boolean;
  /** `ANY` for all methods without a route of their own. */
  readonly method: string;
  readonly environment: string;
}

export interface RouteMatch<T> {
  readonly value: T;
  /**
   * Values of the parameters of the path; under the empty name the rest after a path that matches everything below it.
   */
  readonly parameters: Readonly<Record<string, string>>;
}

interface Leaf<T> {
  readonly value: T;
  readonly names: readonly string[];
}

/** Most nodes have one kind of child: each map exists while it has entries. */
interface Node<T> {
  literals?: Map<string, Node<T>> | undefined;
  parameter?: Node<T> | undefined;
  /** By method and environment. */
  exact?: Map<string, Leaf<T>> | undefined;
  below?: Map<string, Leaf<T>> | undefined;
}

interface RequestedRoute {
  readonly parts: readonly string[];
  readonly method: string;
  readonly environment: string;
}

/**
 * Routes of one group. Of several matching routes the more specific one wins, from the left: text before a parameter, a
 * longer path before a shorter one with all below it, the method before `ANY`.
 */
export class RouteTree<T> {
  readonly #root: Node<T> = {};

  get isEmpty(): boolean {
    return isEmpty(this.#root);
  }

  /** A route for the same requests is replaced. */
  add({ segments, below, method, environment }: RouteSpec, value: T): void {
    let at = this.#root;
    const names: string[] = [];
    for (const segment of segments) {
      if ('literal' in segment) {
        at.literals ??= new Map();
        const next = at.literals.get(segment.literal) ?? {};
        at.literals.set(segment.literal, next);
        at = next;
      } else {
        names.push(segment.parameter);
        at.parameter ??= {};
        at = at.parameter;
      }
    }
    const kind = below ? 'below' : 'exact';
    at[kind] ??= new Map();
    at[kind].set(key(method, environment), { value, names });
  }

  /** Does nothing when another value has replaced this one. */
  remove(spec: RouteSpec, value: T): void {
    remove(this.#root, 0, spec, value);
  }

  /** `path` unchanged, without a query; nothing is decoded or joined. */
  find(path: string, method: string, environment: string): RouteMatch<T> | undefined {
    const parts = path === '/' ? [] : path.slice(1).split('/');
    return search(this.#root, 0, [], { parts, method, environment });
  }
}

function search<T>(
  at: Node<T>,
  depth: number,
  values: readonly string[],
  requested: RequestedRoute,
): RouteMatch<T> | undefined {
  const { parts } = requested;
  const part = parts[depth];
  if (part === undefined) {
    return matched(at.exact, requested, values) ?? matched(at.below, requested, values, '');
  }
  const literal = at.literals?.get(part);
  const byText = literal === undefined ? undefined : search(literal, depth + 1, values, requested);
  if (byText !== undefined) return byText;
  const byName =
    at.parameter === undefined || part === ''
      ? undefined
      : search(at.parameter, depth + 1, [...values, part], requested);
  return byName ?? matched(at.below, requested, values, parts.slice(depth).join('/'));
}

function matched<T>(
  leaves: ReadonlyMap<string, Leaf<T>> | undefined,
  { method, environment }: RequestedRoute,
  values: readonly string[],
  rest?: string,
): RouteMatch<T> | undefined {
  const leaf = leaves?.get(key(method, environment)) ?? leaves?.get(key('ANY', environment));
  if (leaf === undefined) return undefined;
  // Without a prototype: a parameter may be called __proto__.
  const parameters: Record<string, string> = Object.create(null);
  for (const [index, name] of leaf.names.entries()) parameters[name] = values[index] ?? '';
  if (rest !== undefined) parameters[''] = rest;
  return { value: leaf.value, parameters };
}

/** Nodes without routes go on the way back. */
function remove<T>(at: Node<T>, depth: number, spec: RouteSpec, value: T): void {
  const segment = spec.segments[depth];
  if (segment === undefined) {
    const kind = spec.below ? 'below' : 'exact';
    const route = key(spec.method, spec.environment);
    if (at[kind]?.get(route)?.value === value) at[kind].delete(route);
    if (at[kind]?.size === 0) at[kind] = undefined;
    return;
  }
  const next = 'literal' in segment ? at.literals?.get(segment.literal) : at.parameter;
  if (next === undefined) return;
  remove(next, depth + 1, spec, value);
  if (!isEmpty(next)) return;
  if ('parameter' in segment) at.parameter = undefined;
  else if (at.literals?.delete(segment.literal) === true && at.literals.size === 0) at.literals = undefined;
}

function isEmpty({ literals, parameter, exact, below }: Node<unknown>): boolean {
  return literals === undefined && parameter === undefined && exact === undefined && below === undefined;
}

/** A method is letters only, so the first blank ends it. */
function key(method: string, environment: string): string {
  return `${method} ${environment}`;
}
