import type { TSchema } from 'typebox';
import { copyJson, type JsonFault } from '../json/copy.ts';
import type { Json } from '../json/json.ts';
import { formatPath, type Path } from '../json/path.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { type Place, type Problem, problem } from '../problems/problem.ts';
import { FORM } from './form-rules.ts';
import { readBySchema } from './read-by-schema.ts';

/** A fault in the form of a document; `path` is the place in it: `nodes[3].retries[0].max_retries`. */
export interface FormProblem extends Problem {
  readonly path: string;
}

/** A copy of a document, if it is JSON of the size that a definition may have. */
export function copyBounded(
  document: unknown,
): { ok: true; value: Json } | { ok: false; problems: readonly FormProblem[] } {
  const copied = copyJson(document, {
    bytes: FLOW_LIMITS.definitionBytes,
    depth: FLOW_LIMITS.definitionDepth,
    values: FLOW_LIMITS.definitionValues,
  });
  return copied.ok ? copied : { ok: false, problems: [problemOf(copied.fault)] };
}

/** What the schema refuses in a value, which gets its defaults: it is changed. The first 200 problems. */
export function problemsOf(
  schema: TSchema,
  value: Json,
  placeOf: (path: Path) => Place = (path) => ({ field: formatPath(path) }),
  prefix: Path = [],
): readonly FormProblem[] {
  const problems: FormProblem[] = [];
  for (const { path, rule, parameters } of readBySchema(schema, value)) {
    const whole = [...prefix, ...path];
    problems.push({ path: formatPath(whole), ...problem(rule, placeOf(whole), parameters) });
    if (problems.length === FLOW_LIMITS.problems) break;
  }
  return problems;
}

function problemOf(fault: JsonFault): FormProblem {
  if (fault.kind === 'not_json') return { path: formatPath(fault.path), ...problem(FORM.not_json, {}) };
  const rule = { bytes: FORM.document_bytes, depth: FORM.document_depth, values: FORM.document_values }[fault.kind];
  return { path: '', ...problem(rule, {}, { limit: fault.limit }) };
}
