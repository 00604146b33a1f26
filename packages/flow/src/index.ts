export {
  type Change,
  compareDefinitions,
  type DefinitionDifference,
  type FieldChange,
} from './compare/compare-definitions.ts';
export { type Around, type ComparedTry, compareTries, type RecordedTry } from './compare/compare-runs.ts';
export type * from './definition.ts';
export {
  advance,
  begin,
  type CallId,
  type Command,
  callKey,
  compile,
  type Evaluated,
  type EventBody,
  evaluate,
  type Failure,
  type FailureCode,
  type Fork,
  type ForkResult,
  fold,
  forkLog,
  fromSnapshot,
  type Message,
  type Plan,
  type Refusal,
  RUN_LIMITS,
  type Run,
  type RunEvent,
  type RunFinished,
  type RunStarted,
  type RunState,
  resume,
  type Step,
  type StoredValue,
  toJson,
  toSnapshot,
  type Value,
  type Values,
  type Work,
  wakeAt,
} from './engine/index.ts';
export {
  type CompiledExpression,
  type CompiledFilter,
  type CompiledPath,
  compileExpression,
  compileFilter,
  compilePath,
  compileValue,
} from './expressions/compile.ts';
export type { Scope } from './expressions/evaluate.ts';
export { EXPRESSION_LIMITS, ExpressionError } from './expressions/expression-error.ts';
export { type NodeTry, RunHistory } from './history/run-history.ts';
export { canonicalText } from './json/canonical.ts';
export { FLOW_LIMITS } from './limits.ts';
export { KIND_WORDS } from './nodes/kinds.ts';
export type { KindWords } from './nodes/node-kind.ts';
export type { Parameters, Place, Problem, Sentence } from './problems/problem.ts';
export { type Violation, violationOf } from './problems/violation.ts';
export type { FormProblem } from './reading/problems-of.ts';
export { type ReadResult, readDefinition } from './reading/read-definition.ts';
export { check, whyNot } from './rules/check.ts';
export { type Facts, type FlowFacts, type FunctionFacts, MAX_SUBFLOW_DEPTH, referencesOf } from './rules/facts.ts';
export { readVendor } from './vendor/read-vendor.ts';
export { writeVendor } from './vendor/vendor.ts';
