import { type FlowDefinition, FlowDefinitionSchema } from '../definition.ts';
import { copyJson, type JsonFault } from '../json/copy.ts';
import { formatPath } from '../json/path.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { FORM } from './form-rules.ts';
import { placeOf } from './place-of.ts';
import { readBySchema } from './read-by-schema.ts';

/** A fault in the form of a document; `path` is the place in it: `nodes[3].retries[0].max_retries`. */
export interface FormProblem extends Problem {
  readonly path: string;
}

export type ReadResult =
  | { readonly ok: true; readonly definition: FlowDefinition }
  | { readonly ok: false; readonly problems: readonly FormProblem[] };

/** At most so many problems are reported; a hostile document could have one for each value. */
const MAX_PROBLEMS = 200;

/**
 * Reads the canonical form from parsed JSON (or YAML): bounded in size, with defaults filled in and every problem
 * reported at once. Does not keep or change the given value. The graph's rules are those of `check`.
 */
export function readDefinition(document: unknown): ReadResult {
  const copied = copyJson(document, {
    bytes: FLOW_LIMITS.definitionBytes,
    depth: FLOW_LIMITS.definitionDepth,
    values: FLOW_LIMITS.definitionValues,
  });
  if (!copied.ok) return { ok: false, problems: [faultOf(copied.fault)] };
  const { value } = copied;
  const problems: FormProblem[] = [];
  for (const { path, rule, parameters } of readBySchema(FlowDefinitionSchema, value)) {
    problems.push({ path: formatPath(path), ...problem(rule, placeOf(value, path), parameters) });
    if (problems.length === MAX_PROBLEMS) break;
  }
  if (problems.length > 0) return { ok: false, problems };
  const definition = value as unknown as FlowDefinition;
  for (const node of definition.nodes) {
    if (node.kind === 'wait' && node.until === undefined && node.callback === undefined) {
      node.seconds ??= FLOW_LIMITS.waitSeconds.fallback;
    }
  }
  return { ok: true, definition };
}

function faultOf(fault: JsonFault): FormProblem {
  if (fault.kind === 'not_json') return { path: formatPath(fault.path), ...problem(FORM.not_json, {}) };
  const rule = { bytes: FORM.document_bytes, depth: FORM.document_depth, values: FORM.document_values }[fault.kind];
  return { path: '', ...problem(rule, {}, { limit: fault.limit }) };
}
