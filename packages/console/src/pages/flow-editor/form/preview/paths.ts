import { compilePath, ExpressionError, type Json } from '@funcgraph/flow';

export interface SamplePath {
  readonly path: string;
  /** The value there, as JSON. */
  readonly text: string;
}

const MOST_PATHS = 300;
const MOST_DEPTH = 8;
const MOST_CHARACTERS = 60;
/** Such a name would be read as more than one step. */
const SEVERAL_STEPS = /[.[]/;

/**
 * The paths that lead to values of a sample, the shallow ones first; in a list only to its first element. Names that
 * paths cannot reach are left out.
 */
export function pathsOf(root: string, data: Json): readonly SamplePath[] {
  const found: SamplePath[] = [];
  const waiting: { readonly path: string; readonly value: Json; readonly depth: number }[] = [
    { path: root, value: data, depth: 0 },
  ];
  for (let next = waiting.shift(); next !== undefined && found.length < MOST_PATHS; next = waiting.shift()) {
    const { path, value, depth } = next;
    found.push({ path, text: shortText(value) });
    if (depth >= MOST_DEPTH || typeof value !== 'object' || value === null) continue;
    const inner: readonly (readonly [string, Json])[] = Array.isArray(value)
      ? value.slice(0, 1).map((first) => [`${path}[0]`, first])
      : Object.entries(value)
          .filter(([name]) => !SEVERAL_STEPS.test(name))
          .map(([name, each]) => [`${path}.${name}`, each as Json]);
    for (const [innerPath, each] of inner) {
      if (isPath(innerPath)) waiting.push({ path: innerPath, value: each, depth: depth + 1 });
    }
  }
  return found;
}

function isPath(text: string): boolean {
  try {
    return compilePath(text) !== undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function shortText(value: Json): string {
  // a large value is not written out to be cut
  if (Array.isArray(value) && value.length > 0) return `[${value.length}]`;
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
    return `{${Object.keys(value).slice(0, 4).join(', ')}}`.slice(0, MOST_CHARACTERS);
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : value);
  return typeof value === 'string' && value.length > MOST_CHARACTERS ? `${text.slice(0, -1)}…"` : text;
}

/** The text with the path in place of the selection, or at the end of the text. */
export function withPath(
  text: string,
  path: string,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  return `${text.slice(0, from)}${path}${text.slice(to)}`;
}
