import type { FlowEdge } from '../definition.ts';
import { ExpressionError } from '../expressions/expression-error.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { formatPath, type Path } from '../json/path.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { problem, rules } from '../problems/problem.ts';
import { copyBounded, type FormProblem, problemsOf } from '../reading/problems-of.ts';
import { type ReadResult, readDefinition } from '../reading/read-definition.ts';
import { readArguments } from './arguments.ts';
import { equalJson } from './merge.ts';
import {
  actionId,
  HANDLER_NAME,
  handlerId,
  retryName,
  StatesSchema,
  startNode,
  type VendorAction,
  type VendorBody,
  VendorBodySchema,
  type VendorState,
} from './vendor-form.ts';
import { generateVendor } from './write-vendor.ts';

const RULES = rules('vendor', {
  no_action: ['X-40', 'An Operation has at least one action.', 'Operation 状态至少有一个 action。'],
  end: ['X-40', 'The state ends the flow and has a transition to {id}.', '状态设置了 end，又设置了 transition {id}。'],
  function: ['X-41', 'functions has no entry named {name}.', 'functions 中没有名为 {name} 的函数。'],
  retry: ['X-41', 'retries has no entry named {name}.', 'retries 中没有名为 {name} 的重试策略。'],
  repeated: ['X-41', 'The name {name} occurs twice.', '名称 {name} 重复。'],
});

/**
 * Reads the body with which the vendor's API creates or updates a workflow. What the graph has no place for is kept in
 * `vendor`, so that `writeVendor` gives the body back as it was. Every problem is reported, at most 200.
 */
export function readVendor(document: unknown): ReadResult {
  const [copied, original] = [copyBounded(document), copyBounded(document)];
  if (!copied.ok) return copied;
  if (!original.ok) return original;
  const problems = problemsOf(VendorBodySchema, copied.value);
  if (problems.length > 0) return { ok: false, problems };
  const body = copied.value as unknown as VendorBody;
  const reader = new BodyReader(body);
  const graph = reader.read();
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const read = readDefinition(graph);
  if (!read.ok || equalJson(generateVendor(read.definition, body.functions), original.value)) return read;
  return readDefinition({ ...graph, vendor: { body: original.value } });
}

/** The entries of a body's `functions`, for the names in what is written. */
export function functionsOf(body: Json): VendorBody['functions'] {
  const copied = copyBounded(body);
  if (!copied.ok || problemsOf(VendorBodySchema, copied.value).length > 0) return [];
  return (copied.value as unknown as VendorBody).functions;
}

class BodyReader {
  readonly problems: FormProblem[] = [];
  readonly #body: VendorBody;
  readonly #functions: ReadonlyMap<string, string>;
  readonly #retries: ReadonlyMap<string, VendorBody['retries'][number]>;
  readonly #nodes: JsonObject[] = [];
  readonly #edges: FlowEdge[] = [];

  constructor(body: VendorBody) {
    this.#body = body;
    this.#functions = new Map(body.functions.map(({ name, operation }) => [name, operation]));
    this.#retries = new Map(body.retries.map((retry) => [retry.name, retry]));
  }

  read(): JsonObject {
    const { start, states, start_node = startNode, express_config, enterprise_project_id, ...body } = this.#body;
    for (const list of ['functions', 'retries'] as const) this.#checkNames(list);
    this.#add('start', { ...nodeFields(start_node), name: start_node.name });
    this.#edges.push({ from: start_node.id, to: start });
    this.#states(states, ['states'], undefined);
    return defined({
      name: body.name,
      description: body.description,
      mode: body.mode,
      log_level: express_config?.log_level,
      merge_parameters: body.merge_parameters,
      constants: body.constants,
      timeout_seconds: body.timeout_seconds,
      enterprise_project_id: enterprise_project_id === '' ? undefined : enterprise_project_id,
      enable_stream_response: body.enable_stream_response,
      agency: body.agency,
      triggers: body.triggers.map(({ trigger_name, trigger_type, enabled, trigger_config }) =>
        defined({ trigger_name, trigger_type, enabled, trigger_config }),
      ),
      nodes: this.#nodes,
      edges: this.#edges as unknown as Json,
    });
  }

  #checkNames(list: 'functions' | 'retries'): void {
    const seen = new Set<string>();
    for (const [index, { name }] of this.#body[list].entries()) {
      if (seen.has(name)) this.#fail([list, index, 'name'], problem(RULES.repeated, {}, { name }));
      seen.add(name);
    }
  }

  #states(states: readonly VendorState[], path: Path, parent: string | undefined): void {
    for (const [index, state] of states.entries()) this.#state(state, [...path, index], parent);
  }

  #state(state: VendorState, path: Path, parent: string | undefined): void {
    const { id, transition = '' } = state;
    const add = (kind: string, settings: object): void =>
      this.#add(kind, { ...nodeFields(state), ...filtersOf(state.state_data_filter), parent, ...settings });
    if (state.end === true && transition !== '')
      this.#fail([...path, 'transition'], problem(RULES.end, {}, { id: transition }));
    switch (state.type) {
      case 'Operation':
        this.#operation(state, path, parent);
        break;
      case 'End':
        this.#add('end', nodeFields(state));
        break;
      case 'Sleep':
        add('wait', { seconds: state.duration, until: state.until });
        break;
      case 'Callback':
        add('wait', { callback: defined({ timeout_seconds: state.timeout_seconds }) });
        break;
      case 'Switch':
        add('condition', {});
        for (const { condition, transition: to } of state.data_conditions ?? []) {
          this.#edges.push({ from: id, to, branch: { kind: 'condition', expression: condition } });
        }
        if (state.default_condition) {
          this.#edges.push({ from: id, to: state.default_condition.transition, branch: { kind: 'default' } });
        }
        break;
      case 'Parallel':
        add('parallel', {
          completion: state.completion_type,
          count: state.num_completed,
          result_path: state.result_path,
        });
        for (const { transition: to } of state.branches ?? []) this.#edges.push({ from: id, to });
        break;
      case 'Foreach':
        add('loop', {
          array_path: state.input_collection,
          item_name: state.iteration_param,
          result_path: state.output_collection,
          concurrency: state.batch_size,
          interval_seconds: state.interval_seconds,
        });
        this.#inner(state, path);
        break;
      case 'SubFlow':
        add('subflow', { flow: state.workflow_id, wait: state.wait_for_completion });
        break;
    }
    if (transition !== '') this.#edges.push({ from: id, to: transition });
    this.#handler(state, path, parent);
  }

  /** Loops do not stand in loops, so this goes one level deep: a state in a loop that has a loop is refused by its parent. */
  #inner({ id, states = [] }: VendorState, path: Path): void {
    const problems = problemsOf(StatesSchema, states, undefined, [...path, 'states']);
    this.problems.push(...problems);
    if (problems.length === 0) this.#states(states as unknown as VendorState[], [...path, 'states'], id);
  }

  #operation(state: VendorState, path: Path, parent: string | undefined): void {
    const { id, actions = [], action_mode } = state;
    const [only] = actions;
    if (only === undefined) {
      this.#fail([...path, 'actions'], problem(RULES.no_action, {}));
    } else if (actions.length === 1 && only.id === undefined) {
      const settings = { stream: state.stream, parent, ...this.#call(only, [...path, 'actions', 0]) };
      this.#add('function', { ...nodeFields(state), ...filtersOf(state.state_data_filter), ...settings });
    } else {
      this.#add('service', { ...nodeFields(state), ...filtersOf(state.state_data_filter), parent, action_mode });
      const ids = actions.map((action, index) => action.id ?? actionId(id, index));
      for (const [index, action] of actions.entries()) {
        const own = { ...nodeFields({ ...action, id: ids[index] ?? id }), ...filtersOf(action.action_data_filter) };
        const settings = { stream: action.stream, parent: id, ...this.#call(action, [...path, 'actions', index]) };
        this.#add('function', { ...own, ...settings });
      }
      if (action_mode === 'parallel') return;
      for (const [index, to] of ids.slice(1).entries()) this.#edges.push({ from: ids[index] ?? id, to });
    }
  }

  #call({ function_ref }: VendorAction, path: Path): object {
    const { ref_name: name, arguments: texts, parameters } = function_ref;
    const operation = this.#functions.get(name);
    if (operation === undefined)
      this.#fail([...path, 'function_ref', 'ref_name'], problem(RULES.function, {}, { name }));
    return {
      function: operation ?? name,
      parameters: parameters ?? this.#parameters(texts, [...path, 'function_ref', 'arguments']),
    };
  }

  #parameters(texts: JsonObject, path: Path): object[] {
    return Object.entries(texts).flatMap(([key, text]) => {
      try {
        return readArguments({ [key]: text });
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        const { rule, parameters, text: sentence } = error;
        this.#fail([...path, key], { code: rule.code, key: rule.key, parameters, text: sentence });
        return [];
      }
    });
  }

  #handler({ id, on_errors = [], error_handler }: VendorState, path: Path, parent: string | undefined): void {
    if (on_errors.length === 0 && error_handler === undefined) return;
    const handler = error_handler?.id ?? handlerId(id);
    const retries = on_errors.flatMap(({ error = '', retry_ref = '' }, index) =>
      retry_ref === '' ? [] : [{ error, retry_ref, place: [...path, 'on_errors', index, 'retry_ref'] }],
    );
    this.#add('error', {
      ...nodeFields({ ...error_handler, id: handler }),
      name: error_handler?.name ?? HANDLER_NAME,
      parent,
      retries: retries.map(({ error, retry_ref: name, place }, index) => {
        const retry = this.#retries.get(name);
        if (retry === undefined) this.#fail(place, problem(RULES.retry, {}, { name }));
        return defined({
          name: name === retryName(handler, index) ? undefined : name,
          condition: error === '' ? undefined : error,
          interval_seconds: retry?.delay,
          max_retries: retry?.max_attempts,
        });
      }),
    });
    this.#edges.push({ from: id, to: handler });
    for (const { error = '', transition = '' } of on_errors) {
      if (transition === '') continue;
      const branch =
        error === '' ? ({ kind: 'default' } as const) : ({ kind: 'condition', expression: error } as const);
      this.#edges.push({ from: handler, to: transition, branch });
    }
  }

  #add(kind: string, settings: object): void {
    this.#nodes.push(defined({ kind, ...settings }));
  }

  #fail(path: Path, { code, key, parameters, text }: Pick<FormProblem, 'code' | 'key' | 'parameters' | 'text'>): void {
    const place = formatPath(path);
    if (this.problems.length < FLOW_LIMITS.problems)
      this.problems.push({ path: place, field: place, code, key, parameters, text });
  }
}

function nodeFields({ id, name = '', metadata }: { id: string; name?: string; metadata?: JsonObject }): object {
  return {
    id,
    name,
    position: metadata !== undefined && Object.hasOwn(metadata, 'position') ? metadata.position : undefined,
  };
}

function filtersOf(filter: { readonly input?: Json; readonly output?: Json } = {}): object {
  const textOf = (value: Json | undefined): Json | undefined => (value === '' || value === null ? undefined : value);
  return { input_filter: textOf(filter.input), output_filter: textOf(filter.output) };
}

/** Without the fields that are undefined. */
const defined = (fields: object): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
