import { Effort } from '../expressions/effort.ts';
import type { Scope } from '../expressions/evaluate.ts';
import { ExpressionError } from '../expressions/expression-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { setField, toJson } from './compose.ts';
import type { Failure, FailureCode } from './failure.ts';
import { RUN_LIMITS } from './limits.ts';
import type { Plan, PlanNode } from './plan.ts';
import type { StoredValue, Value, Values } from './values.ts';
import type { Work } from './work.ts';

/** What decisions need beside the state. Plain data and functions of their arguments. */
export interface Run {
  readonly plan: Plan;
  readonly values: Values;
  /** What `$RUN` reaches: the id, and the secret of each wait node with a callback. */
  readonly facts: { readonly id: string; readonly callback: { readonly [node: string]: string } };
}

/** The node fails with this. */
export class NodeFailure {
  readonly failure: Failure;

  constructor(error_code: FailureCode, error_message: string) {
    this.failure = { error_code, error_message };
  }
}

/** Values that are not in memory. */
export class Absent {
  readonly digests: readonly string[];

  constructor(digests: readonly string[]) {
    this.digests = digests;
  }
}

/** Bytes that are read or written in the time of looking at one element. */
const BYTES_AS_ONE = 16;

/** The values and expressions of one work. Throws `Absent` and `NodeFailure`, which `evaluate` catches. */
export class Desk {
  readonly work: Work;
  readonly plan: PlanNode;
  readonly #run: Run;
  readonly #scope: Scope;
  readonly #effort = new Effort();
  #bytes = 0;

  constructor(run: Run, work: Work, plan: PlanNode) {
    this.work = work;
    this.plan = plan;
    this.#run = run;
    this.#scope = { constants: run.plan.constants, run: run.facts, effort: this.#effort };
  }

  /** How long the work took, in elements that were looked at. */
  get cost(): number {
    return this.#effort.visited + Math.ceil(this.#bytes / BYTES_AS_ONE);
  }

  nodeOf(id: string): PlanNode {
    const node = this.#run.plan.nodes.get(id);
    if (!node) throw new Error(`the definition has no node ${id}`);
    return node;
  }

  json(value: Value): Json {
    if (!('json' in value)) this.#bytes += value.bytes;
    const absent: string[] = [];
    const json = toJson(value, (digest) => {
      const read = this.#run.values.read(digest);
      if (read === undefined) absent.push(digest);
      return read ?? null;
    });
    if (absent.length > 0) throw new Absent(absent);
    return json;
  }

  write(json: Json): StoredValue {
    const value = this.#run.values.write(json);
    this.#bytes += value.bytes;
    if (value.bytes > RUN_LIMITS.valueBytes) throw tooLarge(value.bytes);
    return value;
  }

  eval<T>(compiled: { evaluate(root: Json, scope: Scope): T }, root: Json): T {
    try {
      return compiled.evaluate(root, this.#scope);
    } catch (error) {
      if (error instanceof ExpressionError) throw new NodeFailure('expression_failed', error.message);
      throw error;
    }
  }

  /** The input of a node from what arrived: its filter, then its parameters, then merging. */
  inputOf(node: PlanNode, arrived: Value): NodeInput {
    if (!node.input && node.parameters.length === 0) return new NodeInput(this, arrived);
    const before = this.json(arrived);
    const filtered = node.input ? (this.eval(node.input, before) ?? null) : before;
    const own = node.parameters.length > 0 ? this.#parameters(node, filtered) : filtered;
    const merged = this.work.merge && isJsonObject(before) && isJsonObject(own) ? { ...before, ...own } : own;
    return new NodeInput(this, arrived, { json: merged, stored: this.write(merged) });
  }

  /** Undefined without an output filter: the output is the value itself. */
  outputOf(node: PlanNode, value: Value): StoredValue | undefined {
    return node.output ? this.write(this.eval(node.output, this.json(value)) ?? null) : undefined;
  }

  #parameters(node: PlanNode, filtered: Json): JsonObject {
    const body: JsonObject = {};
    for (const { key, value, fallback } of node.parameters) {
      const read = this.eval(value, filtered);
      const found = read === undefined ? fallback : read;
      if (found !== undefined) setField(body, key, found);
    }
    return body;
  }
}

/** The input of a node; it is read only when something needs its JSON. */
class NodeInput {
  readonly #desk: Desk;
  readonly #arrived: Value;
  readonly #computed: { readonly json: Json; readonly stored: StoredValue } | undefined;

  constructor(desk: Desk, arrived: Value, computed?: { json: Json; stored: StoredValue }) {
    this.#desk = desk;
    this.#arrived = arrived;
    this.#computed = computed;
  }

  /** The field of the event: omitted when the input is what arrived. */
  get field(): { input?: StoredValue } {
    return this.#computed ? { input: this.#computed.stored } : {};
  }

  get value(): Value {
    return this.#computed?.stored ?? this.#arrived;
  }

  get json(): Json {
    return this.#computed ? this.#computed.json : this.#desk.json(this.#arrived);
  }
}

export function tooLarge(bytes: number): NodeFailure {
  return new NodeFailure('value_too_large', `the value has ${bytes} bytes; ${RUN_LIMITS.valueBytes} are allowed`);
}
