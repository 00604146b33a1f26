import { signOf } from './run-sign.ts';
import type { RunDetail } from './run-state.ts';

type NodeRun = RunDetail['node_execution_details'][number];

interface GraphNode {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly parent?: string;
}

interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly branch?: { readonly kind: string; readonly expression?: string };
}

interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** They have no executions of their own: an error handler belongs to the node before it. */
const STATELESS: ReadonlySet<string> = new Set(['start', 'error']);
const NO_STATE = ' '.repeat(12);

/**
 * A picture of the flow from top to bottom: a line for each node, with its state in the run if one is given. Branches are
 * drawn below the node that they leave, and the node where they meet after the last one; nodes inside a loop or service
 * stand below it, behind a dotted line.
 */
export function graphText(graph: Record<string, unknown>, run?: RunDetail): string {
  return new Picture(graph as unknown as Graph, run).text();
}

/** Where a chain of nodes is drawn. */
interface Lane {
  /** Before its first line, and before all others. */
  readonly first: string;
  readonly rest: string;
  /** Of the edge that leads into it. */
  readonly label: string;
  /** Nodes that are drawn further down, after the branches around this one; the innermost last. */
  readonly joins: readonly string[];
}

class Picture {
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #out: ReadonlyMap<string, readonly GraphEdge[]>;
  readonly #order: ReadonlyMap<string, number>;
  readonly #runs: ReadonlyMap<string, NodeRun> | undefined;
  readonly #drawn = new Set<string>();
  readonly #lines: string[] = [];

  constructor({ nodes, edges }: Graph, run: RunDetail | undefined) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    const known = edges.filter(({ from, to }) => this.#nodes.has(from) && this.#nodes.has(to));
    this.#out = Map.groupBy(known, ({ from }) => from);
    this.#order = new Map(inOrder(nodes, known).map(({ id }, at) => [id, at]));
    this.#runs = run && new Map(run.node_execution_details.map((one) => [one.node_id, one]));
  }

  text(): string {
    this.#scope(undefined, '');
    return this.#lines.join('\n');
  }

  /** The nodes inside a loop or service, or those of the flow itself. */
  #scope(parent: string | undefined, indent: string): void {
    const inside = [...this.#nodes.values()].filter((node) => node.parent === parent);
    inside.sort((a, b) => (this.#order.get(a.id) ?? 0) - (this.#order.get(b.id) ?? 0));
    for (const { id } of inside) {
      if (!this.#drawn.has(id)) this.#chain(id, { first: indent, rest: indent, label: '', joins: [] });
    }
  }

  #chain(begin: string, { first, rest, label, joins }: Lane): void {
    for (let at = begin; ; ) {
      const isBegin = at === begin;
      if (joins.includes(at) || this.#drawn.has(at)) {
        // the innermost join follows right below
        if (isBegin || at !== joins.at(-1))
          this.#line(NO_STATE, `${isBegin ? first : rest}${isBegin ? label : ''}→ ${at}`);
        return;
      }
      this.#drawn.add(at);
      const node = this.#nodes.get(at);
      if (node === undefined) return;
      const run = this.#runs?.get(at);
      this.#line(stateText(node, run), `${isBegin ? first + label : rest}${nodeText(node)}${timesText(run)}`);
      this.#scope(at, `${rest}╎  `);
      const out = this.#out.get(at) ?? [];
      const [only] = out;
      if (only === undefined) return;
      if (out.length === 1 && this.#nodes.get(only.to)?.kind !== 'error') {
        at = only.to;
        continue;
      }
      const join = this.#joinOf(out);
      out.forEach((edge, index) => {
        const isLast = index === out.length - 1;
        this.#chain(edge.to, {
          first: `${rest}${isLast ? '└─ ' : '├─ '}`,
          rest: `${rest}${isLast ? '   ' : '│  '}`,
          label: labelOf(edge),
          joins: join === undefined ? joins : [...joins, join],
        });
      });
      if (join === undefined || joins.includes(join)) return;
      at = join;
    }
  }

  #line(state: string, text: string): void {
    this.#lines.push(this.#runs === undefined ? text : `${state}${text}`);
  }

  /** The first node that all branches reach, or at least two of them. */
  #joinOf(out: readonly GraphEdge[]): string | undefined {
    const reached = out.map(({ to }) => this.#reach(to));
    const count = (id: string): number => reached.filter((ids) => ids.has(id)).length;
    const shared = [...this.#order.keys()].filter((id) => count(id) > 1);
    return shared.find((id) => count(id) === out.length) ?? shared[0];
  }

  #reach(from: string): ReadonlySet<string> {
    const seen = new Set([from]);
    for (const id of seen) for (const { to } of this.#out.get(id) ?? []) seen.add(to);
    return seen;
  }
}

function labelOf({ branch }: GraphEdge): string {
  if (branch === undefined) return '';
  return branch.expression === undefined ? 'else: ' : `${branch.expression}: `;
}

function nodeText({ kind, id, name }: GraphNode): string {
  return name === id ? `${kind} ${id}` : `${kind} ${id} (${name})`;
}

function stateText({ kind }: GraphNode, run: NodeRun | undefined): string {
  if (STATELESS.has(kind)) return NO_STATE;
  const status = run?.executions.at(-1)?.status;
  return status === undefined ? '· not run   ' : `${signOf(status)} ${status.padEnd(9)} `;
}

function timesText(run: NodeRun | undefined): string {
  const last = run?.executions.at(-1);
  if (run === undefined || last === undefined) return '';
  const took = last.end_time === undefined ? '' : `, ${last.end_time - last.begin_time} ms`;
  const { error_message: error } = last;
  const failure = error === undefined ? '' : `: ${error.error_code}: ${error.error_message}`;
  return `${took}${countText(run.executions)}${failure}`;
}

function countText(executions: NodeRun['executions']): string {
  if (executions.length === 1) return '';
  const byStatus = Map.groupBy(executions, ({ status }) => status);
  const counts = [...byStatus].map(([status, those]) => `${those.length} ${status}`);
  return `, ${executions.length} times${counts.length === 1 ? '' : ` (${counts.join(', ')})`}`;
}

/** Each node after those that lead to it; of equals the first of the file first. */
function inOrder(nodes: readonly GraphNode[], edges: Graph['edges']): readonly GraphNode[] {
  const left = new Set(nodes.map(({ id }) => id));
  const ordered: GraphNode[] = [];
  while (left.size > 0) {
    const next = nodes.find(({ id }) => left.has(id) && !edges.some(({ from, to }) => to === id && left.has(from)));
    if (next === undefined) return [...ordered, ...nodes.filter(({ id }) => left.has(id))];
    left.delete(next.id);
    ordered.push(next);
  }
  return ordered;
}
