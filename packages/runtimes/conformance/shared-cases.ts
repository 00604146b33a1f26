import type { LogLine } from './harness.ts';

/** What every language must answer to the same event; the handlers in `cases/<language>` carry the same names. */
export interface SharedCase {
  readonly name: string;
  readonly handler: string;
  readonly event: string;
  readonly code: number;
  /** Exact payload. */
  readonly payload?: string;
  /** Payload compared as JSON, where languages differ in white space. */
  readonly json?: unknown;
  /** Exact level and text of the request's log, in order. */
  readonly logs?: readonly (readonly [string, string])[];
  /** Whether it is about the frames rather than about the language. */
  readonly ofLink?: boolean;
}

const SIX_MB = 6291456;

export const SHARED_CASES: readonly SharedCase[] = [
  {
    name: 'hands the event over as parsed JSON and answers with JSON text',
    handler: 'echo',
    event: '{"a":[1,2.5,null,"x"],"b":true}',
    code: 0,
    json: { a: [1, 2.5, null, 'x'], b: true },
  },
  {
    name: 'takes an event that is a bare string and answers it without quotes',
    handler: 'echo',
    event: '"文字 \\u00e9"',
    code: 0,
    payload: '文字 é',
  },
  {
    name: 'keeps characters beyond the basic plane',
    handler: 'echo',
    event: '{"face":"😀"}',
    code: 0,
    json: { face: '😀' },
  },
  { name: 'answers a string as its bare bytes', handler: 'text', event: '{}', code: 0, payload: 'plain 文字' },
  { name: 'answers nothing with an empty body', handler: 'nothing', event: '{}', code: 0, payload: '' },
  { name: 'answers a number as text', handler: 'number', event: '{}', code: 0, payload: '42.5' },
  { name: 'answers a truth value as text', handler: 'bool', event: '{}', code: 0, payload: 'true' },
  {
    name: 'accepts a result of exactly 6 MB',
    handler: 'big',
    event: `{"size":${SIX_MB}}`,
    code: 0,
    payload: 'x'.repeat(SIX_MB),
    ofLink: true,
  },
  {
    name: 'refuses a result of one byte more',
    handler: 'big',
    event: `{"size":${SIX_MB + 1}}`,
    code: 4004,
    payload: `response body size ${SIX_MB + 1} exceeds the limit of ${SIX_MB}`,
  },
  {
    name: 'takes an event of 6 MB',
    handler: 'length',
    event: `{"text":"${'y'.repeat(SIX_MB - 11)}"}`,
    code: 0,
    payload: String(SIX_MB - 11),
    ofLink: true,
  },
  {
    name: 'logs under the request id: logger by level, print as INFO, error output as ERROR, unfinished lines at the end',
    handler: 'logs',
    event: '{}',
    code: 0,
    payload: 'ok',
    logs: [
      ['INFO', 'info text 7'],
      ['WARN', 'warn'],
      ['ERROR', 'error'],
      ['DEBUG', 'shown'],
      ['INFO', 'printed 中文'],
      ['ERROR', 'to stderr'],
      ['INFO', 'no line break'],
    ],
  },
  { name: 'finds a handler in a folder', handler: 'dir/entry.handler', event: '{}', code: 0, payload: 'from dir' },
];

/** Values of every context method for the harness's own context and the credentials given below. */
export const CONTEXT_ANSWERS = {
  getRequestID: 'request-1',
  getAccessKey: 'ak',
  getSecretKey: 'sk',
  getSecurityAccessKey: 'sak',
  getSecuritySecretKey: 'ssk',
  getSecurityToken: 'token-s',
  getToken: 'token-a',
  getFunctionName: 'conformance',
  getVersion: 'latest',
  getProjectID: 'project-1',
  getPackage: 'default',
  getAlias: '',
  getRunningTimeInSeconds: 3000,
  getMemorySize: '128',
  getCPUNumber: '300',
  getWorkflowID: 'flow-1',
  getWorkflowRunID: 'run-1',
  getWorkflowStateID: '',
  userData: 'value',
  missing: 'none',
  remaining: true,
  env: 'value',
  link: 'hidden',
  libraryPath: '/base:/user/lib',
  instance: 'instance-1',
};

export const CALLER = {
  credentials: {
    accessKey: 'ak',
    secretKey: 'sk',
    securityAccessKey: 'sak',
    securitySecretKey: 'ssk',
    securityToken: 'token-s',
    authToken: 'token-a',
  },
  workflowId: 'flow-1',
  workflowRunId: 'run-1',
} as const;

/** `[level, text]` of log lines, as the cases write them. */
export function levelsAndTexts(logs: readonly LogLine[]): [string, string][] {
  return logs.map((line) => [line.level, line.text]);
}

/** 90 KB as messages are cut, for a text of two-byte characters. */
export const LONG_LOG_COUNT = 100_000;
export const LONG_LOG_PIECES = [92160, 92160, 15680];
