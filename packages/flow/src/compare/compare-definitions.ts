import type { FlowDefinition, FlowEdge } from '../definition.ts';
import { canonicalText } from '../json/canonical.ts';
import type { Json } from '../json/json.ts';

/** A field that differs. A definition without the field has no value here. */
export interface FieldChange {
  readonly field: string;
  readonly first?: Json;
  readonly second?: Json;
}

export type Change = 'added' | 'removed' | 'changed';

export interface NodeChange {
  readonly node: string;
  readonly change: Change;
  /** Of a changed node. */
  readonly fields: readonly FieldChange[];
}

export interface EdgeChange {
  readonly from: string;
  readonly to: string;
  readonly change: Change;
}

/** What the second definition has other than the first. */
export interface DefinitionDifference {
  /** Fields of the flow itself. */
  readonly settings: readonly FieldChange[];
  readonly nodes: readonly NodeChange[];
  readonly edges: readonly EdgeChange[];
}

/** Says nothing about what runs do: places in the editor, and the body of the vendor's form, which repeats the graph. */
const SILENT: ReadonlySet<string> = new Set(['position', 'vendor', 'nodes', 'edges']);

/** Nodes and edges are the same ones by their ids; their order does not count. */
export function compareDefinitions(first: FlowDefinition, second: FlowDefinition): DefinitionDifference {
  return {
    settings: changedFields(first, second),
    nodes: changesBetween(first.nodes, second.nodes, ({ id }) => id).map(({ pair: [a, b], change }) => ({
      node: (a ?? b)?.id ?? '',
      change,
      fields: a && b ? changedFields(a, b) : [],
    })),
    edges: changesBetween(first.edges, second.edges, edgeKey).map(({ pair: [a, b], change }) => ({
      from: (a ?? b)?.from ?? '',
      to: (a ?? b)?.to ?? '',
      change,
    })),
  };
}

const edgeKey = ({ from, to }: FlowEdge): string => JSON.stringify([from, to]);

interface Changed<T> {
  readonly pair: readonly [T | undefined, T | undefined];
  readonly change: Change;
}

function changesBetween<T extends object>(
  first: readonly T[],
  second: readonly T[],
  keyOf: (one: T) => string,
): Changed<T>[] {
  const before = new Map(first.map((one) => [keyOf(one), one]));
  const after = new Map(second.map((one) => [keyOf(one), one]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): Changed<T>[] => {
    const pair = [before.get(key), after.get(key)] as const;
    const [a, b] = pair;
    if (a === undefined) return [{ pair, change: 'added' }];
    if (b === undefined) return [{ pair, change: 'removed' }];
    return changedFields(a, b).length === 0 ? [] : [{ pair, change: 'changed' }];
  });
}

function changedFields(first: object, second: object): FieldChange[] {
  const [before, after] = [fieldsOf(first), fieldsOf(second)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) => {
    const [a, b] = [before.get(field), after.get(field)];
    if (a !== undefined && b !== undefined && canonicalText(a) === canonicalText(b)) return [];
    return [{ field, ...(a === undefined ? {} : { first: a }), ...(b === undefined ? {} : { second: b }) }];
  });
}

function fieldsOf(value: object): ReadonlyMap<string, Json> {
  const fields = Object.entries(value) as [string, Json | undefined][];
  return new Map(fields.filter((field): field is [string, Json] => field[1] !== undefined && !SILENT.has(field[0])));
}
