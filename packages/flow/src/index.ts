export type * from './definition.ts';
export { FLOW_LIMITS } from './limits.ts';
export type { Parameters, Place, Problem, Sentence } from './problems/problem.ts';
export { type FormProblem, type ReadResult, readDefinition } from './reading/read-definition.ts';
