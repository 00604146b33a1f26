import { type FlowDefinition, FlowDefinitionSchema } from '../definition.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { placeOf } from './place-of.ts';
import { copyBounded, type FormProblem, problemsOf } from './problems-of.ts';

export type ReadResult =
  | { readonly ok: true; readonly definition: FlowDefinition }
  | { readonly ok: false; readonly problems: readonly FormProblem[] };

/**
 * Reads the canonical form from parsed JSON (or YAML): bounded in size, with defaults filled in and every problem
 * reported at once, at most 200. Does not keep or change the given value. The graph's rules are those of `check`.
 */
export function readDefinition(document: unknown): ReadResult {
  const copied = copyBounded(document);
  if (!copied.ok) return copied;
  const { value } = copied;
  const problems = problemsOf(FlowDefinitionSchema, value, (path) => placeOf(value, path));
  if (problems.length > 0) return { ok: false, problems };
  const definition = value as unknown as FlowDefinition;
  for (const node of definition.nodes) {
    if (node.kind === 'wait' && node.until === undefined && node.callback === undefined) {
      node.seconds ??= FLOW_LIMITS.waitSeconds.fallback;
    }
  }
  return { ok: true, definition };
}
