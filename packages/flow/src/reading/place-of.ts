import { isJsonObject, type Json } from '../json/json.ts';
import { formatPath, type Path } from '../json/path.ts';
import type { Place } from '../problems/problem.ts';

/** The node or edge that a path of the document leads into, and the field below it. */
export function placeOf(document: Json, path: Path): Place {
  const [list, index, ...below] = path;
  const field = (steps: Path) => (steps.length === 0 ? {} : { field: formatPath(steps) });
  const item = isJsonObject(document) && typeof index === 'number' ? listOf(document[String(list)])[index] : undefined;
  if (!isJsonObject(item)) return field(path);
  if (list === 'nodes' && typeof item.id === 'string') return { node: item.id, ...field(below) };
  if (list === 'edges' && typeof item.from === 'string' && typeof item.to === 'string') {
    return { edge: { from: item.from, to: item.to }, ...field(below) };
  }
  return field(path);
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
