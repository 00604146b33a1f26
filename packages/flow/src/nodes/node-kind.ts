import type { FlowNode } from '../definition.ts';
import type { Graph } from '../graph/graph.ts';
import type { Problem, Rule, Sentence } from '../problems/problem.ts';

/** Which lines may leave a node. */
export interface LineRules {
  readonly min: number;
  readonly max: number;
  /** Kinds it may not lead to. Nothing leads to a start node. */
  readonly refuses: readonly FlowNode['kind'][];
  readonly counts: Rule;
  readonly kinds: Rule;
  /** It may also lead to one error handler, which does not count. */
  readonly handler?: Rule;
}

/** What the package knows about a kind of node besides its schema. */
export interface NodeKindRules<N extends FlowNode> {
  readonly words: KindWords;
  readonly lines: LineRules;
  /** The rules about its settings and the nodes inside it. */
  check(node: N, graph: Graph): Iterable<Problem>;
}

export interface KindWords {
  readonly name: Sentence;
  /** What it does, for help and the editor's palette. */
  readonly about: Sentence;
}
