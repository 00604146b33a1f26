import type { FlowDefinition, FlowEdge, FlowNode, FunctionNode } from '../definition.ts';

/** Choices of a random flow: each takes the next number; 0 is the simplest, also when none is left. */
export type Choose = (options: number) => number;

export function choicesFrom(tape: readonly number[]): Choose {
  let at = 0;
  return (options) => (tape[at++] ?? 0) % options;
}

/** A valid flow with nodes of each kind. Values are objects with `n`, `status` and `list`, mostly. */
export function randomFlow(choose: Choose): FlowDefinition {
  const nodes: FlowNode[] = [{ id: 'start', name: 'start', kind: 'start' }];
  const edges: FlowEdge[] = [];
  const builder = new Builder(choose, nodes, edges);
  const { heads } = builder.block(3, [{ from: 'start' }]);
  if (heads === 0) builder.plainFunction([{ from: 'start' }]);
  return {
    name: 'random',
    mode: 'NORMAL',
    merge_parameters: choose(2) === 1,
    constants: { limit: 3, names: ['a', 'b'] },
    triggers: [],
    nodes,
    edges,
  };
}

type Tail = Pick<FlowEdge, 'from' | 'branch'>;

class Builder {
  readonly #choose: Choose;
  readonly #nodes: FlowNode[];
  readonly #edges: FlowEdge[];

  constructor(choose: Choose, nodes: FlowNode[], edges: FlowEdge[]) {
    this.#choose = choose;
    this.#nodes = nodes;
    this.#edges = edges;
  }

  /** Nodes one after another behind the tails. */
  block(depth: number, tails: readonly Tail[]): { heads: number; tails: Tail[] } {
    const before = this.#nodes.length;
    let open = [...tails];
    const length = 1 + this.#choose(3);
    for (let step = 0; step < length && open.length > 0 && this.#nodes.length < 24; step++)
      open = this.#step(depth, open);
    return { heads: this.#nodes.length - before, tails: this.#nodes.length === before ? [] : open };
  }

  plainFunction(tails: readonly Tail[]): Tail[] {
    return [{ from: this.#add(this.#function(), tails) }];
  }

  #step(depth: number, tails: readonly Tail[]): Tail[] {
    const kinds = [
      () => this.plainFunction(tails),
      () => this.#guarded(depth, tails),
      () => this.#condition(depth, tails),
      () => this.#parallel(depth, tails),
      () => this.#loop(tails),
      () => this.#wait(tails),
      () => this.#service(depth, tails),
      () => this.#subflow(tails),
      () => this.#end(tails),
    ];
    const kind = this.#choose(kinds.length);
    const nested = [2, 3].includes(kind) && depth === 0;
    return (nested ? kinds[0] : kinds[kind])?.() ?? [];
  }

  #end(tails: readonly Tail[]): Tail[] {
    if (tails.some(({ from }) => from === 'start' || this.#kindOf(from) === 'parallel'))
      return this.plainFunction(tails);
    this.#add({ id: this.#id(), name: 'end', kind: 'end' }, tails);
    return [];
  }

  #guarded(depth: number, tails: readonly Tail[]): Tail[] {
    const id = this.#add(this.#function(), tails);
    return this.#guard(depth, id);
  }

  /** An error node behind the node. */
  #guard(depth: number, id: string, parent?: string): Tail[] {
    const conditions = [undefined, '$.status == 500', '$.n > 4', "$.error_code == 'boom'"];
    const retries = Array.from({ length: this.#choose(3) }, () => {
      const condition = conditions[this.#choose(4)];
      return { ...(condition ? { condition } : {}), interval_seconds: 1, max_retries: 1 + this.#choose(2) };
    });
    const error = { id: this.#id(), name: 'error', kind: 'error' as const, retries, ...(parent ? { parent } : {}) };
    this.#add(error, [{ from: id }]);
    if (parent) return [{ from: id }];
    const tails: Tail[] = [{ from: id }];
    const count = this.#choose(3);
    for (let edge = 0; edge < count; edge++)
      tails.push(...this.#branch(depth, this.#edge(error.id, edge, count), false));
    return tails;
  }

  #condition(depth: number, tails: readonly Tail[]): Tail[] {
    const id = this.#add({ id: this.#id(), name: 'condition', kind: 'condition', ...this.#filters() }, tails);
    const count = 2 + this.#choose(2);
    return Array.from({ length: count }, (_, edge) => this.#branch(depth, this.#edge(id, edge, count), true)).flat();
  }

  /** Nodes behind one edge of a condition or error node. */
  #branch(depth: number, tail: Tail, canEnd: boolean): Tail[] {
    const { heads, tails } = this.block(depth > 0 ? depth - 1 : 0, [tail]);
    if (heads === 0) return this.plainFunction([tail]);
    return canEnd && this.#choose(4) === 3 ? [] : tails;
  }

  #edge(from: string, index: number, count: number): Tail {
    if (index === count - 1) return { from, branch: { kind: 'default' } };
    const expression = ['$.n > 3', '$.status == 500 || $.n == 1', "$.error_code != 'boom'", '$.missing == nil'][
      this.#choose(4)
    ];
    return { from, branch: { kind: 'condition', expression: expression ?? '$.n > 3' } };
  }

  #parallel(depth: number, tails: readonly Tail[]): Tail[] {
    const count = 1 + this.#choose(3);
    const completion = (['all', 'one', 'count'] as const)[this.#choose(3)] ?? 'all';
    const id = this.#add(
      {
        id: this.#id(),
        name: 'parallel',
        kind: 'parallel',
        completion,
        ...(completion === 'count' ? { count: 1 + this.#choose(count) } : {}),
        result_path: ['result', 'list'][this.#choose(2)] ?? 'result',
        ...this.#filters(),
      },
      tails,
    );
    return Array.from({ length: count }, () => {
      const { heads, tails: open } = this.block(depth - 1, [{ from: id }]);
      return heads === 0 ? this.plainFunction([{ from: id }]) : open;
    }).flat();
  }

  #loop(tails: readonly Tail[]): Tail[] {
    const loop = this.#add(
      {
        id: this.#id(),
        name: 'loop',
        kind: 'loop',
        array_path: ['$.list', '$CONST.names', '$.items'][this.#choose(3)] ?? '$.list',
        item_name: 'item',
        result_path: ['list', '$.out.list'][this.#choose(2)] ?? 'list',
        concurrency: this.#choose(3),
        interval_seconds: this.#choose(2),
        ...this.#filters(),
      },
      tails,
    );
    let inner: Tail[] = [];
    for (let step = 0; step < 1 + this.#choose(2); step++) {
      const wait = this.#choose(4) === 3;
      const id = this.#add({ ...(wait ? this.#waitNode() : this.#function()), parent: loop }, inner);
      inner = wait || this.#choose(2) === 0 ? [{ from: id }] : this.#guard(0, id, loop);
    }
    return [{ from: loop }];
  }

  #wait(tails: readonly Tail[]): Tail[] {
    return [{ from: this.#add(this.#waitNode(), tails) }];
  }

  #waitNode() {
    const ends = [{ seconds: 5 }, { callback: { timeout_seconds: 60 } }, { callback: {} }];
    return { id: this.#id(), name: 'wait', kind: 'wait' as const, ...ends[this.#choose(3)] };
  }

  #service(depth: number, tails: readonly Tail[]): Tail[] {
    const action_mode = this.#choose(2) === 0 ? ('sequential' as const) : ('parallel' as const);
    const service = this.#add(
      { id: this.#id(), name: 'service', kind: 'service', action_mode, ...this.#filters() },
      tails,
    );
    let inner: Tail[] = [];
    for (let action = 0; action < 1 + this.#choose(3); action++) {
      const id = this.#add({ ...this.#function(), parent: service }, action_mode === 'sequential' ? inner : []);
      inner = [{ from: id }];
    }
    return this.#choose(2) === 0 ? [{ from: service }] : this.#guard(depth, service);
  }

  #subflow(tails: readonly Tail[]): Tail[] {
    const wait = this.#choose(2) === 0;
    return [
      {
        from: this.#add(
          { id: this.#id(), name: 'flow', kind: 'subflow', flow: 'child', wait, ...this.#filters() },
          tails,
        ),
      },
    ];
  }

  #function(): FunctionNode {
    const parameters = [
      [],
      [
        { key: 'n', value: '$.n', default: 7 },
        { key: 'list', value: '$.list' },
      ],
      [
        { key: 'limit', value: '$CONST.limit' },
        { key: 'item', value: '$.item', default: 'none' },
      ],
    ][this.#choose(3)];
    return {
      id: this.#id(),
      name: 'f',
      kind: 'function',
      function: 'f',
      parameters: parameters ?? [],
      ...this.#filters(),
    };
  }

  #filters() {
    const filters = [
      undefined,
      '$',
      { n: '$.n', list: '$.list', status: '$.status' },
      { list: '$.list', fixed: 1 },
      '$.list[0:2]',
    ];
    const [input_filter, output_filter] = [filters[this.#choose(5)], filters[this.#choose(5)]];
    return { ...(input_filter ? { input_filter } : {}), ...(output_filter ? { output_filter } : {}) };
  }

  #add(node: FlowNode, tails: readonly Tail[]): string {
    this.#nodes.push(node);
    for (const tail of tails) this.#edges.push({ ...tail, to: node.id });
    return node.id;
  }

  #id(): string {
    return `n${this.#nodes.length}`;
  }

  #kindOf(id: string): string | undefined {
    return this.#nodes.find((node) => node.id === id)?.kind;
  }
}
