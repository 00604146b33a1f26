import type { ErrorNode, Filters, FlowDefinition, FlowEdge, FlowNode, FunctionNode, RetryRule } from '../definition.ts';
import { type Graph, graphOf, parentOf } from '../graph/graph.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { writeArguments } from './arguments.ts';
import { equalJson } from './merge.ts';
import { HANDLER_NAME, handlerId, retryName, startNode } from './vendor-form.ts';

/** An entry of `functions`: its name in the body, and the function. */
export interface NamedFunction {
  readonly name: string;
  readonly operation: string;
}

/** The vendor's body of a graph that breaks no rule. Functions keep the names that they have in `named`. */
export function generateVendor(definition: FlowDefinition, named: readonly NamedFunction[]): JsonObject {
  return new BodyWriter(definition, named).write();
}

class BodyWriter {
  readonly #definition: FlowDefinition;
  readonly #graph: Graph;
  readonly #named: readonly NamedFunction[];
  /** Function → its name in the body. */
  readonly #functions = new Map<string, string>();
  readonly #retries = new Map<string, JsonObject>();

  constructor(definition: FlowDefinition, named: readonly NamedFunction[]) {
    this.#definition = definition;
    this.#graph = graphOf(definition);
    this.#named = named;
  }

  write(): JsonObject {
    const { nodes, mode, log_level, merge_parameters } = this.#definition;
    const {
      name,
      description,
      constants,
      timeout_seconds,
      enterprise_project_id,
      enable_stream_response,
      agency,
      triggers,
    } = this.#definition;
    const start = nodes.find(({ kind }) => kind === 'start');
    const states = this.#states(nodes.filter((node) => parentOf(node) === undefined));
    return defined({
      name,
      description,
      start: start === undefined ? '' : (this.#next(start.id) ?? ''),
      start_node: start === undefined ? undefined : this.#startNode(start),
      triggers,
      functions: [...this.#functions].map(([operation, function_name]) => ({ name: function_name, operation })),
      states,
      constants,
      retries: [...this.#retries.values()],
      mode,
      express_config: log_level === undefined ? undefined : { log_level },
      enterprise_project_id,
      enable_stream_response,
      merge_parameters: merge_parameters || undefined,
      timeout_seconds,
      agency,
    });
  }

  #startNode({ id, name, position }: FlowNode): JsonObject | undefined {
    if (id === startNode.id && name === startNode.name && position === undefined) return undefined;
    return defined({ id, name, metadata: position && { position } });
  }

  #states(nodes: readonly FlowNode[]): JsonObject[] {
    return nodes.flatMap((node) => {
      if (node.kind === 'start' || node.kind === 'error') return [];
      const { id, name, position } = node;
      const next = node.kind === 'condition' || node.kind === 'parallel' ? undefined : this.#next(id);
      const leads = node.kind !== 'condition' && node.kind !== 'parallel';
      const common = { end: leads ? next === undefined : undefined, transition: leads ? (next ?? '') : undefined };
      const own = { id, name, ...this.#state(node), ...common, ...this.#onErrors(id) };
      return [defined({ ...own, state_data_filter: filterOf(node), metadata: position && { position } })];
    });
  }

  #state(node: FlowNode): object {
    const edges = this.#graph.from(node.id);
    switch (node.kind) {
      case 'function':
        return { type: 'Operation', action_mode: 'sequential', actions: [this.#action(node)], stream: node.stream };
      case 'service':
        return { type: 'Operation', action_mode: node.action_mode, actions: this.#actions(node.id) };
      case 'end':
        return { type: 'End' };
      case 'wait':
        if (node.callback !== undefined) return { type: 'Callback', timeout_seconds: node.callback.timeout_seconds };
        return { type: 'Sleep', duration: node.seconds, until: node.until };
      case 'condition': {
        const conditions = edges.flatMap(({ to, branch }) =>
          branch?.kind === 'condition' ? [{ condition: branch.expression, transition: to }] : [],
        );
        const otherwise = edges.find(({ branch }) => branch?.kind !== 'condition');
        return {
          type: 'Switch',
          data_conditions: conditions,
          default_condition: otherwise && { transition: otherwise.to },
        };
      }
      case 'parallel': {
        const branches = edges.map(({ to }) => ({ transition: to }));
        const { completion, count, result_path } = node;
        return { type: 'Parallel', branches, completion_type: completion, num_completed: count, result_path };
      }
      case 'loop':
        return {
          type: 'Foreach',
          input_collection: node.array_path,
          iteration_param: node.item_name,
          output_collection: node.result_path,
          batch_size: node.concurrency,
          interval_seconds: node.interval_seconds,
          states: this.#states(this.#graph.inside(node.id)),
        };
      case 'subflow':
        return { type: 'SubFlow', workflow_id: node.flow, wait_for_completion: node.wait };
      default:
        return {};
    }
  }

  /** The functions of a service along their edges; those without keep their place. */
  #actions(service: string): JsonObject[] {
    const inside = this.#graph.inside(service).filter((node) => node.kind === 'function');
    const ordered = new Map<string, FunctionNode>();
    const visit = (id: string): void => {
      const node = inside.find((one) => one.id === id);
      if (node === undefined || ordered.has(id)) return;
      ordered.set(id, node);
      for (const { to } of this.#graph.from(id)) visit(to);
    };
    const first = inside.filter(({ id }) => this.#graph.to(id).length === 0);
    for (const { id } of [...first, ...inside]) visit(id);
    return [...ordered.values()].map((node) => {
      const { id, name, stream, position } = node;
      const own = { id, name, action_data_filter: filterOf(node), stream, metadata: position && { position } };
      return defined({ ...own, ...this.#action(node) });
    });
  }

  #action({ function: operation, parameters }: FunctionNode): JsonObject {
    const texts = writeArguments(parameters);
    const reference = { ref_name: this.#functionName(operation), invoke_mode: 'synchronize', arguments: texts ?? {} };
    return {
      function_ref: texts === undefined ? { ...reference, parameters: parameters as unknown as Json } : reference,
    };
  }

  #functionName(operation: string): string {
    const known = this.#functions.get(operation) ?? this.#named.find((one) => one.operation === operation)?.name;
    const taken = new Set([...this.#functions.values(), ...this.#named.map(({ name }) => name)]);
    const plain = operation.split(':')[6] ?? operation;
    let name = known ?? plain;
    for (let number = 2; known === undefined && taken.has(name); number++) name = `${plain}-${number}`;
    this.#functions.set(operation, name);
    return name;
  }

  #onErrors(id: string): object {
    const edge = this.#graph.from(id).find(({ to }) => this.#graph.kindOf(to) === 'error');
    const handler = edge && this.#graph.nodes.get(edge.to);
    if (handler?.kind !== 'error') return {};
    const on_errors = this.#errorEntries(handler, this.#graph.from(handler.id));
    const { name, position } = handler;
    const usual = handler.id === handlerId(id) && name === HANDLER_NAME && position === undefined;
    const error_handler = defined({ id: handler.id, name, metadata: position && { position } });
    return usual && on_errors.length > 0 ? { on_errors } : { on_errors, error_handler };
  }

  /** A retry and the next line stand in one entry when they have the same condition. */
  #errorEntries(handler: ErrorNode, edges: readonly FlowEdge[]): JsonObject[] {
    const waiting = [...edges];
    const expressionOf = (edge: FlowEdge): string | undefined =>
      edge.branch?.kind === 'condition' ? edge.branch.expression : undefined;
    const entries = handler.retries.map((rule, index) => {
      const [edge] = waiting;
      const together = edge !== undefined && expressionOf(edge) === rule.condition;
      if (together) waiting.shift();
      const retry_ref = this.#retryName(handler.id, index, rule);
      return defined({ error: rule.condition, transition: together ? edge.to : undefined, retry_ref });
    });
    return [...entries, ...waiting.map((edge) => defined({ error: expressionOf(edge), transition: edge.to }))];
  }

  #retryName(handler: string, index: number, { name, interval_seconds, max_retries }: RetryRule): string {
    const named = (own: string): JsonObject => ({ name: own, delay: interval_seconds, max_attempts: max_retries });
    const known = name === undefined ? undefined : this.#retries.get(name);
    const free = name !== undefined && (known === undefined || equalJson(known, named(name)));
    const chosen = free ? name : retryName(handler, index);
    this.#retries.set(chosen, named(chosen));
    return chosen;
  }

  /** Where the edge that leads to no error handler goes. */
  #next(id: string): string | undefined {
    return this.#graph.from(id).find(({ to }) => this.#graph.kindOf(to) !== 'error')?.to;
  }
}

function filterOf(node: FlowNode): JsonObject | undefined {
  const { input_filter: input, output_filter: output } = node as Filters;
  return input === undefined && output === undefined ? undefined : defined({ input, output });
}

/** Without the fields that are undefined. */
function defined(fields: object): JsonObject {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const result: unknown = Object.fromEntries(entries);
  return isJsonObject(result) ? result : {};
}
