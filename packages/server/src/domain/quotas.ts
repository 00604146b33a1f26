import { LIMITS } from '@funcgraph/api/limits';

/** Default limits (guide, table 1-3). An administrator may change them. */
export interface Quotas {
  /** Of a project. */
  readonly functions: number;
  /** Of a project. */
  readonly flows: number;
  /** Stored runs of flows of a project, with their events and values. */
  readonly flowRuns: number;
  readonly flowRunBytes: number;
  /** Code of all functions of a project, as it was uploaded. */
  readonly codeBytes: number;
  /** Besides `latest`. */
  readonly versionsPerFunction: number;
  readonly aliasesPerFunction: number;
  readonly testEventsPerFunction: number;
  /** Names and values of all variables of a function. */
  readonly environmentChars: number;
  /** Asynchronous events that wait or run, and results to be delivered, of a project. */
  readonly asyncEvents: number;
  readonly asyncBytes: number;
  /** Dead letters of a project; beyond, the oldest are removed. */
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
  /** Of a project. */
  readonly buckets: number;
  readonly objects: number;
  /** Of all objects and unfinished uploads of a project. */
  readonly objectBytes: number;
  /** Unfinished uploads of a project, and their parts. */
  readonly uploads: number;
  readonly uploadParts: number;
  /** Objects and parts of a project that are being written at once, on one server. */
  readonly objectWrites: number;
  /** Of a project, and the bytes of the records in them. */
  readonly streams: number;
  readonly streamBytes: number;
}

export const USUAL_QUOTAS: Quotas = {
  functions: LIMITS.functionsPerProject,
  flows: LIMITS.flowsPerProject,
  flowRuns: 1_000_000,
  flowRunBytes: 10 * 1024 ** 3,
  codeBytes: LIMITS.codeBytesPerProject,
  versionsPerFunction: LIMITS.versionsPerFunction,
  aliasesPerFunction: LIMITS.aliasesPerFunction,
  testEventsPerFunction: LIMITS.testEventsPerFunction,
  environmentChars: LIMITS.userDataChars,
  asyncEvents: 200_000,
  asyncBytes: 1024 ** 3,
  deadLetters: 10_000,
  deadLetterBytes: 512 * 1024 ** 2,
  buckets: 100,
  objects: 1_000_000,
  objectBytes: 100 * 1024 ** 3,
  uploads: 1_000,
  uploadParts: 100_000,
  objectWrites: 256,
  streams: 100,
  streamBytes: 10 * 1024 ** 3,
};
