import type { FlowDefinition, FlowNode, NodeKind } from '@funcgraph/flow';
import type { Texts } from '../../../i18n/index.ts';

type FieldName = keyof Texts['flowEditor']['fields'];
type Choice = keyof Texts['flowEditor']['choices'];

/** A field of a node: where its value stands, and how it is filled in. */
export type Field = {
  readonly name: FieldName;
  /** Left out while it does not hold for the node. */
  readonly when?: (node: Readonly<Record<string, unknown>>) => boolean;
  readonly isRequired?: boolean;
} & (
  | { readonly input: 'function' | 'flow' | 'text' | 'path' | 'filter' | 'switch' | 'parameters' | 'retries' }
  | { readonly input: 'number'; readonly min: number; readonly max: number }
  | { readonly input: 'choice'; readonly choices: readonly Choice[] }
);

const FILTERS: readonly Field[] = [
  { name: 'input_filter', input: 'filter' },
  { name: 'output_filter', input: 'filter' },
];

const YEAR_SECONDS = 31_536_000;

/** The form of each kind of node. */
export const FIELDS: Readonly<Record<NodeKind, readonly Field[]>> = {
  start: [],
  end: [],
  function: [
    { name: 'function', input: 'function', isRequired: true },
    { name: 'parameters', input: 'parameters' },
    ...FILTERS,
  ],
  subflow: [{ name: 'flow', input: 'flow', isRequired: true }, { name: 'wait', input: 'switch' }, ...FILTERS],
  parallel: [
    { name: 'completion', input: 'choice', choices: ['all', 'one', 'count'], isRequired: true },
    { name: 'count', input: 'number', min: 1, max: 20, when: ({ completion }) => completion === 'count' },
    { name: 'result_path', input: 'text', isRequired: true },
    ...FILTERS,
  ],
  condition: FILTERS,
  error: [{ name: 'retries', input: 'retries' }],
  loop: [
    { name: 'array_path', input: 'path', isRequired: true },
    { name: 'item_name', input: 'text', isRequired: true },
    { name: 'result_path', input: 'path', isRequired: true },
    { name: 'concurrency', input: 'number', min: 0, max: 100 },
    { name: 'interval_seconds', input: 'number', min: 0, max: 3600 },
    ...FILTERS,
  ],
  // a wait for a time or a callback is changed as JSON
  wait: [
    {
      name: 'seconds',
      input: 'number',
      min: 0,
      max: YEAR_SECONDS,
      isRequired: true,
      when: ({ until, callback }) => until === undefined && callback === undefined,
    },
  ],
  service: [
    { name: 'action_mode', input: 'choice', choices: ['sequential', 'parallel'], isRequired: true },
    ...FILTERS,
  ],
};

/** A field with the choices that the node has now: with one branch, a parallel node waits for that one. */
export function offered(field: Field, { edges }: Pick<FlowDefinition, 'edges'>, { id }: Pick<FlowNode, 'id'>): Field {
  if (field.name !== 'completion' || field.input !== 'choice') return field;
  const branches = edges.filter(({ from }) => from === id).length;
  return branches === 1 ? { ...field, choices: ['one'] } : field;
}

/** The change of a field, with the fields that go along with it. */
export function changeOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (name !== 'completion') return { [name]: value };
  return { completion: value, count: value === 'count' ? 1 : undefined };
}
