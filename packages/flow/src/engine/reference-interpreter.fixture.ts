import type { ErrorNode, FlowDefinition, FlowEdge, FlowNode, FunctionNode } from '../definition.ts';
import { compileExpression, compileFilter, compilePath, compileValue } from '../expressions/compile.ts';
import { graphOf } from '../graph/graph.ts';
import { regionOf } from '../graph/regions.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import type { Failure } from './failure.ts';
import type { Outcome, World } from './testing.ts';

/** Failures that a run may end with: which of several branches fails first is a matter of time. */
class Failed {
  readonly codes: readonly string[];

  constructor(...codes: string[]) {
    this.codes = codes;
  }
}

export type ReferenceResult = { readonly output: Json } | { readonly codes: readonly string[] };
type Path = readonly (string | number)[];

/** What a run means, said without events, crashes and time: one recursive walk. Branches in `skip` were abandoned. */
export class Reference {
  /** Keys of the calls that the run makes. */
  readonly keys = new Set<string>();
  /** Of calls beside one that failed: they may be made. */
  readonly abandoned = new Set<string>();
  readonly #flow: FlowDefinition;
  readonly #world: World;
  readonly #skip: ReadonlySet<string>;

  constructor(flow: FlowDefinition, world: World, skip: ReadonlySet<string>) {
    this.#flow = flow;
    this.#world = world;
    this.#skip = skip;
  }

  run(input: Json): ReferenceResult {
    const start = this.#flow.nodes.find((node) => node.kind === 'start');
    try {
      return { output: this.#walk(this.#out(start?.id ?? '')[0]?.to, input, [], []) };
    } catch (error) {
      if (error instanceof Failed) return { codes: error.codes };
      throw error;
    }
  }

  #walk(id: string | undefined, value: Json, path: Path, stops: readonly string[]): Json {
    if (id === undefined || stops.includes(id)) return value;
    const node = this.#node(id);
    const input = this.#input(node, value);
    const next = this.#out(id).find((edge) => this.#node(edge.to).kind !== 'error')?.to;
    switch (node.kind) {
      case 'condition': {
        const edge = this.#choose(this.#out(id), input);
        if (!edge) throw new Failed('no_branch');
        return this.#walk(edge.to, this.#filtered(node.output_filter, input), path, stops);
      }
      case 'parallel': {
        const branches = this.#out(id).map((edge) => edge.to);
        const { join } = regionOf(graphOf(this.#flow), id);
        const results = this.#branches(
          branches,
          (branch, index) =>
            this.#walk(branch, input, [...path, id, index], join === undefined ? stops : [...stops, join]),
          [...path, id],
        );
        const required = { all: branches.length, one: 1, count: node.count ?? 0 }[node.completion];
        const failed = results.filter((result) => result instanceof Failed);
        if (branches.length - failed.length < required) throw new Failed(...failed.flatMap(({ codes }) => codes));
        const list = results.map((result) => (result instanceof Failed ? null : result));
        const output = this.#put(input, node.result_path, list);
        return this.#walk(join, this.#filtered(node.output_filter, output), path, stops);
      }
      case 'loop': {
        const array = this.#eval(() => compilePath(node.array_path).evaluate(input, this.#scope));
        if (!Array.isArray(array)) throw new Failed('not_an_array');
        const inner = this.#flow.nodes.filter((one) => 'parent' in one && one.parent === id).map((one) => one.id);
        const first = inner.find((one) => this.#flow.edges.every((edge) => edge.to !== one));
        const results = this.#branches(
          array,
          (item, index) => {
            const base = isJsonObject(input) ? input : {};
            return this.#walk(first, { ...base, [node.item_name]: item }, [...path, id, index], []);
          },
          [...path, id],
        );
        const codes = results.flatMap((result) => (result instanceof Failed ? result.codes : []));
        if (codes.length > 0) throw new Failed(...codes);
        const output = this.#put(input, node.result_path, results as Json[]);
        return this.#walk(next, this.#filtered(node.output_filter, output), path, stops);
      }
      case 'wait': {
        if (node.until !== undefined) this.#time(node.until, input);
        const index = path.at(-1);
        const key = node.parent === undefined ? id : `${id}#${index}`;
        const outcome = node.callback ? this.#world({ key, node: key, input: null }) : { result: input };
        if ('error' in outcome) throw new Failed(outcome.error.error_code);
        return this.#walk(next, outcome.result, path, stops);
      }
      case 'function':
      case 'service':
      case 'subflow':
        return this.#calls(node, input, path, (to, output) => this.#walk(to, output, path, stops), next);
      default:
        return input;
    }
  }

  /** Each branch by itself; one that was abandoned gives null. */
  #branches<T>(list: readonly T[], walk: (one: T, index: number) => Json, path: Path): (Json | Failed)[] {
    return list.map((one, index) => {
      if (this.#skip.has(JSON.stringify([...path, index]))) return null;
      const before = new Set(this.keys);
      try {
        return walk(one, index);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        this.#abandon([...this.keys].filter((key) => !before.has(key)));
        return error;
      }
    });
  }

  #calls(
    node: FlowNode,
    input: Json,
    path: Path,
    go: (to: string | undefined, output: Json) => Json,
    next?: string,
  ): Json {
    const error = this.#out(node.id)
      .map((edge) => this.#node(edge.to))
      .find((one) => one.kind === 'error');
    const used = new Map<number, number>();
    for (let attempt = 1; ; attempt++) {
      const outcome = this.#attempt(node, input, path, attempt);
      const failure = 'error' in outcome ? outcome.error : undefined;
      const seen = 'error' in outcome ? this.#errorObject(outcome.error, node.id, attempt) : outcome.result;
      const rule = error ? this.#ruleOf(error, seen, failure !== undefined) : undefined;
      if (!error || rule === undefined) {
        if (failure) throw new Failed(failure.error_code);
        return go(next, this.#filtered('output_filter' in node ? node.output_filter : undefined, seen));
      }
      const retries = error.retries[rule]?.max_retries ?? 0;
      used.set(rule, (used.get(rule) ?? 0) + 1);
      if ((used.get(rule) ?? 0) <= retries) continue;
      const edge = this.#choose(this.#out(error.id), seen);
      if (!edge) throw new Failed(failure?.error_code ?? 'failed_result');
      return go(edge.to, seen);
    }
  }

  /** The rule that recognises a failure; -1 for a failure that no rule retries. */
  #ruleOf(error: ErrorNode, seen: Json, thrown: boolean): number | undefined {
    const holds = (text: string | undefined): boolean => text !== undefined && this.#holds(text, seen);
    const conditional = error.retries.some((rule) => rule.condition !== undefined);
    if (thrown) return error.retries.findIndex((rule) => rule.condition === undefined || holds(rule.condition));
    const index = error.retries.findIndex((rule) => holds(rule.condition));
    if (conditional) return index < 0 ? undefined : index;
    const onEdge = this.#out(error.id).some(({ branch }) => branch?.kind === 'condition' && holds(branch.expression));
    return onEdge ? -1 : undefined;
  }

  #attempt(node: FlowNode, input: Json, path: Path, attempt: number): Outcome {
    if (node.kind !== 'service') {
      const outcome = this.#call(node.id, input, [...path, node.id], attempt);
      const detached = node.kind === 'subflow' && !node.wait;
      return detached ? { result: { execution_id: `child of ${this.#key([...path, node.id], attempt)}` } } : outcome;
    }
    const outputs: Json[] = [];
    const keys: string[] = [];
    let failed: Outcome | undefined;
    for (const action of this.#actions(node.id)) {
      const before = node.action_mode === 'sequential' && outputs.length > 0 ? (outputs.at(-1) ?? null) : input;
      const outcome = this.#call(action.id, this.#input(action, before), [...path, node.id, action.id], attempt);
      keys.push(this.#key([...path, node.id, action.id], attempt));
      if ('error' in outcome) failed ??= outcome;
      if (failed && node.action_mode === 'sequential') return failed;
      if (!('error' in outcome))
        outputs.push(
          node.action_mode === 'parallel' && failed ? null : this.#filtered(action.output_filter, outcome.result),
        );
    }
    if (failed) {
      this.#abandon(keys);
      return failed;
    }
    if (node.action_mode === 'sequential') return { result: outputs.at(-1) ?? null };
    if (!outputs.every(isJsonObject)) throw new Failed('not_an_object');
    return { result: Object.assign({}, ...outputs) };
  }

  #abandon(keys: readonly string[]): void {
    for (const key of keys) {
      this.keys.delete(key);
      this.abandoned.add(key);
    }
  }

  #actions(service: string): FunctionNode[] {
    const inner = this.#flow.nodes.flatMap((one) => (one.kind === 'function' && one.parent === service ? [one] : []));
    const before = (id: string): number => {
      const edge = this.#flow.edges.find((one) => one.to === id);
      return edge ? 1 + before(edge.from) : 0;
    };
    return inner.sort((a, b) => before(a.id) - before(b.id));
  }

  #call(node: string, input: Json, path: Path, attempt: number): Outcome {
    const key = this.#key(path, attempt);
    this.keys.add(key);
    return this.#world({ key, node, input });
  }

  #key(path: Path, attempt: number): string {
    return JSON.stringify(['run', path, attempt]);
  }

  #errorObject({ fields, ...error }: Failure, node_id: string, attempts: number): Json {
    return { ...fields, ...error, node_id, attempts };
  }

  #choose(edges: readonly FlowEdge[], value: Json): FlowEdge | undefined {
    const isTaken = ({ branch }: FlowEdge) => branch?.kind === 'condition' && this.#holds(branch.expression, value);
    return edges.find(isTaken) ?? edges.find(({ branch }) => branch?.kind !== 'condition');
  }

  #input(node: FlowNode, arrived: Json): Json {
    const filtered = this.#filtered('input_filter' in node ? node.input_filter : undefined, arrived);
    const parameters = (node as Partial<FunctionNode>).parameters ?? [];
    const own =
      parameters.length === 0
        ? filtered
        : Object.fromEntries(
            parameters.flatMap(({ key, value, default: fallback }) => {
              const read = this.#eval(() => compileValue(value).evaluate(filtered, this.#scope));
              const found = read === undefined ? fallback : read;
              return found === undefined ? [] : [[key, found]];
            }),
          );
    return this.#flow.merge_parameters && isJsonObject(arrived) && isJsonObject(own) ? { ...arrived, ...own } : own;
  }

  #filtered(filter: Json | undefined, value: Json): Json {
    return filter === undefined
      ? value
      : (this.#eval(() => compileFilter(filter).evaluate(value, this.#scope)) ?? null);
  }

  #put(input: Json, path: string, list: Json[]): Json {
    const base = this.#flow.merge_parameters && isJsonObject(input) ? { ...input } : {};
    const set = (at: JsonObject, [key = '', ...rest]: string[]): JsonObject => {
      const inner = at[key];
      return { ...at, [key]: rest.length === 0 ? list : set(isJsonObject(inner) ? inner : {}, rest) };
    };
    return set(base, path.startsWith('$.') ? path.slice(2).split('.') : [path]);
  }

  #time(path: string, input: Json): void {
    const text = this.#eval(() => compilePath(path).evaluate(input, this.#scope));
    if (typeof text !== 'string' || !/^\d{4}-.*T.*Z$/.test(text)) throw new Failed('not_a_time');
  }

  #holds(text: string, value: Json): boolean {
    return this.#eval(() => compileExpression(text).evaluate(value, this.#scope));
  }

  #eval<T>(evaluate: () => T): T {
    try {
      return evaluate();
    } catch {
      throw new Failed('expression_failed');
    }
  }

  get #scope() {
    return { constants: this.#flow.constants, run: { id: 'run', callback: {} } };
  }

  #out(id: string): FlowEdge[] {
    return this.#flow.edges.filter((edge) => edge.from === id);
  }

  #node(id: string): FlowNode {
    const node = this.#flow.nodes.find((one) => one.id === id);
    if (!node) throw new Error(`no node ${id}`);
    return node;
  }
}
