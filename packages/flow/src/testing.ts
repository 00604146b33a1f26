import fc from 'fast-check';
import type { FlowDefinition, FlowEdge, FlowNode, NodeKind } from './definition.ts';
import type { Json, JsonObject } from './json/json.ts';
import { FLOW_LIMITS } from './limits.ts';
import { readDefinition } from './reading/read-definition.ts';

const SETTINGS: Partial<Record<NodeKind, JsonObject>> = {
  function: { function: 'greet' },
  subflow: { flow: 'other' },
  loop: { array_path: '$.list', item_name: 'item', result_path: '$.results' },
};

/**
 * A definition in few words. Nodes: `f:function`, `f:function@loop` inside a loop, or with settings
 * `['p:parallel', { completion: 'one' }]`. Lines: `a>b`, `a>b?` for a default branch, `a>b?$.x == 1` for a condition.
 */
export function draw(
  nodes: readonly (string | readonly [string, JsonObject])[],
  lines: readonly string[],
  flow: JsonObject = {},
): FlowDefinition {
  const read = readDefinition({ name: 'drawn', ...flow, nodes: nodes.map(nodeOf), edges: lines.map(edgeOf) });
  if (read.ok) return read.definition;
  throw new Error(read.problems.map(({ path, text }) => `${path}: ${text.en}`).join('\n'));
}

function nodeOf(node: string | readonly [string, JsonObject]): Json {
  const [text, settings] = typeof node === 'string' ? [node, {}] : node;
  const [, id = '', kind = '', parent] = /^(.+?):(\w+)(?:@(.+))?$/.exec(text) ?? [];
  return {
    id,
    name: id,
    kind,
    ...SETTINGS[kind as NodeKind],
    ...(parent === undefined ? {} : { parent }),
    ...settings,
  };
}

function edgeOf(line: string): Json {
  const [, from = '', to = '', mark, expression = ''] = /^([^>]+)>([^?]+)(?:(\?)(.*))?$/.exec(line) ?? [];
  if (mark === undefined) return { from, to };
  return { from, to, branch: expression === '' ? { kind: 'default' } : { kind: 'condition', expression } };
}

export interface FlowOptions {
  /** Kinds that do not occur. */
  readonly without?: readonly NodeKind[];
}

/** Random definitions that break no rule, with every kind of node, nested. */
export function flowDefinitions({ without = [] }: FlowOptions = {}): fc.Arbitrary<FlowDefinition> {
  return fc
    .record({
      steps: planOf(without),
      end: without.includes('end') ? fc.constant(false) : fc.boolean(),
      merge: fc.boolean(),
      constants: fc.dictionary(NAMES, fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>, { maxKeys: 3 }),
    })
    .map(({ steps, end, merge, constants }) => {
      const builder = new Builder();
      const last = end ? builder.add({ kind: 'end' }) : undefined;
      const start = builder.add({ kind: 'start' });
      builder.line(start, builder.sequence(steps, last));
      return builder.definition({ merge_parameters: merge, constants });
    })
    .filter(
      ({ nodes }) =>
        nodes.length <= FLOW_LIMITS.nodes &&
        nodes.filter(({ kind }) => kind === 'function').length <= FLOW_LIMITS.functionNodes,
    );
}

const NAMES = fc.constantFrom('a', 'b', 'result', 'status', '中文');
const PATHS = fc.constantFrom(
  '$',
  '$.a',
  '$.b',
  '$.result.a',
  '$.list[0]',
  '$.list[0:2]',
  '$.list[?(@.a == 1)].b',
  '$CONST.a',
);
const EXPRESSIONS = fc.constantFrom(
  '$.a == 1',
  "$.status == 'on' || $.b > 2",
  '$.status==500||$.status==404',
  "($.a == '*' && $.b != nil)",
);
const FILTERS = fc.option(fc.oneof(PATHS, fc.dictionary(NAMES, fc.oneof(PATHS, fc.integer()), { maxKeys: 2 })), {
  nil: undefined,
  freq: 2,
});
const filters = { input_filter: FILTERS, output_filter: FILTERS };

interface Handler {
  readonly retries: readonly Json[];
  readonly branches: readonly Branch[];
}

interface Branch {
  readonly steps: readonly Step[];
  /** It ends for itself. */
  readonly ends: boolean;
  readonly expression: string;
}

interface Step {
  readonly kind: NodeKind;
  readonly settings: object;
  readonly handler?: Handler | undefined;
  readonly branches?: readonly Branch[];
  readonly inner?: readonly Step[];
}

const RETRIES = fc.array(
  fc.record(
    {
      condition: EXPRESSIONS,
      interval_seconds: fc.integer({ min: 1, max: 30 }),
      max_retries: fc.integer({ min: 1, max: 8 }),
    },
    { requiredKeys: ['interval_seconds', 'max_retries'] },
  ),
  { maxLength: 2 },
) as fc.Arbitrary<Json[]>;

const FUNCTION = fc.record({
  function: fc.constantFrom('greet', 'add', 'urn:fss:local:p1:function:default:add:latest'),
  parameters: fc.uniqueArray(
    fc.record(
      { key: NAMES, value: fc.oneof(PATHS, fc.integer(), fc.constant('text')), default: fc.integer() },
      { requiredKeys: ['key', 'value'] },
    ),
    { selector: ({ key }) => key, maxLength: 2 },
  ),
  ...filters,
});

const WAIT = fc.oneof(
  fc.record({ seconds: fc.integer({ min: 0, max: 100_000 }) }),
  fc.record({ until: fc.constant('$.a') }),
  fc.record({ callback: fc.record({ timeout_seconds: fc.integer({ min: 1, max: 9_999 }) }, { requiredKeys: [] }) }),
);

function planOf(without: readonly NodeKind[]): fc.Arbitrary<readonly Step[]> {
  const leaf = (kind: NodeKind, settings: fc.Arbitrary<object>): fc.Arbitrary<Step> =>
    settings.map((one) => ({ kind, settings: one }));
  const { steps } = fc.letrec<{ steps: readonly Step[]; step: Step; branch: Branch; handler: Handler | undefined }>(
    (tie) => {
      const branches = (min: number) => fc.array(tie('branch'), { minLength: min, maxLength: 3 });
      const handled = (kind: NodeKind, settings: fc.Arbitrary<object>, inner: fc.Arbitrary<Step[]> = fc.constant([])) =>
        fc.record({ kind: fc.constant(kind), settings, handler: tie('handler'), inner });
      const calls = fc.array(leaf('function', FUNCTION), { minLength: 1, maxLength: 3 });
      const looped = fc.array(fc.oneof(handled('function', FUNCTION), leaf('wait', WAIT)), {
        minLength: 1,
        maxLength: 3,
      });
      const kinds: Partial<Record<NodeKind, fc.Arbitrary<Step>>> = {
        function: handled('function', FUNCTION),
        wait: leaf('wait', WAIT),
        subflow: handled('subflow', fc.record({ flow: fc.constant('other'), wait: fc.boolean(), ...filters })),
        service: handled(
          'service',
          fc.record({ action_mode: fc.constantFrom('sequential', 'parallel'), ...filters }),
          calls,
        ),
        loop: fc.record({
          kind: fc.constant('loop' as const),
          settings: fc.record({
            array_path: fc.constantFrom('$.list', '$'),
            item_name: NAMES,
            result_path: fc.constantFrom('$.results', '$.a.b'),
            concurrency: fc.integer({ min: 0, max: 3 }),
            interval_seconds: fc.integer({ min: 0, max: 2 }),
            ...filters,
          }),
          inner: looped as fc.Arbitrary<Step[]>,
        }),
        condition: fc.record({
          kind: fc.constant('condition' as const),
          settings: fc.record(filters),
          branches: branches(2),
        }),
        parallel: fc.record({
          kind: fc.constant('parallel' as const),
          settings: fc
            .record({
              completion: fc.constantFrom('all', 'one', 'count'),
              result_path: fc.constantFrom('result', '$.a.b'),
              ...filters,
            })
            .map((one) => (one.completion === 'count' ? { ...one, count: 2 } : one)),
          branches: branches(2),
        }),
      };
      const allowed = Object.entries(kinds).flatMap(([kind, step]) =>
        without.includes(kind as NodeKind) ? [] : [step],
      );
      return {
        step: fc.oneof({ depthSize: 'small', withCrossShrink: true }, handled('function', FUNCTION), ...allowed),
        steps: fc.array(tie('step'), { minLength: 1, maxLength: 3, depthIdentifier: 'steps' }),
        branch: fc.record({ steps: tie('steps'), ends: fc.boolean(), expression: EXPRESSIONS }),
        handler: fc
          .option(fc.record({ retries: RETRIES, branches: fc.array(tie('branch'), { maxLength: 2 }) }), {
            nil: undefined,
            freq: 1,
            depthIdentifier: 'steps',
          })
          .map((handler) => (without.includes('error') ? undefined : handler)),
      };
    },
  );
  return steps;
}

/** Turns steps into nodes and lines. */
class Builder {
  readonly #nodes: object[] = [];
  readonly #edges: FlowEdge[] = [];

  add(node: object & { readonly kind: NodeKind }): string {
    const id = `n${this.#nodes.length}`;
    this.#nodes.push(JSON.parse(JSON.stringify({ id, name: `${node.kind} ${id}`, ...node })) as object);
    return id;
  }

  line(from: string, to: string | undefined, branch?: FlowEdge['branch']): void {
    if (to !== undefined) this.#edges.push(branch === undefined ? { from, to } : { from, to, branch });
  }

  definition(flow: object): FlowDefinition {
    // JSON has no negative zero
    const document = JSON.stringify({ name: 'random', ...flow, nodes: this.#nodes, edges: this.#edges });
    const read = readDefinition(JSON.parse(document));
    if (read.ok) return read.definition;
    throw new Error(JSON.stringify(read.problems));
  }

  /** The first node of the steps; the last leads to `next`. */
  sequence(steps: readonly Step[], next: string | undefined, parent?: string): string {
    const [first, ...others] = steps;
    if (first === undefined) throw new Error('a sequence has at least one step');
    return this.#step(first, others.length === 0 ? next : this.sequence(others, next, parent), parent);
  }

  #step(
    { kind, settings, handler, branches = [], inner = [] }: Step,
    next: string | undefined,
    parent?: string,
  ): string {
    const id = this.add({ kind, ...settings, ...(parent === undefined ? {} : { parent }) });
    const unordered = 'action_mode' in settings && settings.action_mode === 'parallel';
    for (const steps of unordered ? inner.map((one) => [one]) : [inner]) {
      if (steps.length > 0) this.sequence(steps, undefined, id);
    }
    // the first branches go on, so that what follows can be reached and a join joins several
    const goingOn = kind === 'parallel' ? 2 : 1;
    for (const [index, { steps, ends, expression }] of branches.entries()) {
      const head = this.sequence(steps, ends && index >= goingOn ? undefined : next, parent);
      const isDefault = index === branches.length - 1;
      if (kind === 'parallel') this.line(id, head);
      else this.line(id, head, isDefault ? { kind: 'default' } : { kind: 'condition', expression });
    }
    if (branches.length === 0) this.line(id, next);
    if (handler !== undefined) this.#handler(id, handler, next, parent);
    return id;
  }

  #handler(id: string, { retries, branches }: Handler, next: string | undefined, parent?: string): void {
    const error = this.add({ kind: 'error', retries, ...(parent === undefined ? {} : { parent }) } as FlowNode);
    this.line(id, error);
    for (const [index, { steps, ends, expression }] of branches.entries()) {
      const simple = parent === undefined ? steps : steps.map(asLoopStep);
      const head = this.sequence(simple, ends ? undefined : next, parent);
      this.line(error, head, index === 0 ? { kind: 'default' } : { kind: 'condition', expression });
    }
  }
}

/** In a loop stand functions and wait nodes only. */
function asLoopStep(step: Step): Step {
  if (step.kind === 'wait') return step;
  return { kind: 'function', settings: step.kind === 'function' ? step.settings : { function: 'greet' } };
}
