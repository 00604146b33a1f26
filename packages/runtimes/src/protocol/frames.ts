/** The frames of PROTOCOL.md as types. Everything that arrives is hostile until `parseInstanceFrame` accepted it. */

export const PROTOCOL_VERSION = 1;
export const MAX_HEADER_BYTES = 64 * 1024;
export const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const MAX_LOG_BYTES = 90 * 1024;
export const MAX_CHUNK_BYTES = 256 * 1024;
/** Credit in bytes of the chunks of one answer, and of the pieces of one body, until the other side grants more. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;
/** Each chunk costs this in addition to the bytes of its body: many small ones take memory too. */
export const CHUNK_COST_BYTES = 256;

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Data that is constant during the life of an instance and readable through the context of every language. */
export interface FunctionContext {
  readonly projectId: string;
  /** Of the function's URN; runtime `http` sends it in X-CFF-Region. */
  readonly region?: string;
  readonly package: string;
  readonly functionName: string;
  readonly version: string;
  readonly alias: string;
  readonly instanceId: string;
  readonly memoryMb: number;
  readonly cpuMillis: number;
  readonly timeoutSeconds: number;
  /** `getUserData`: plain and decrypted variables. */
  readonly userData: Readonly<Record<string, string>>;
}

/** Temporary credentials of the function's agency; empty strings without an agency. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityAccessKey: string;
  readonly securitySecretKey: string;
  readonly securityToken: string;
  readonly authToken: string;
}

export interface InitFrame {
  readonly type: 'init';
  readonly handler: string;
  readonly initializer?: string;
  readonly initializerTimeoutMs: number;
  readonly codeRoot: string;
  /** Most requests the server will have running in this instance at once; 1 when absent. */
  readonly concurrency?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly context: FunctionContext;
  /** Entry points that the server calls between requests; Java only. */
  readonly heartbeat?: string;
  readonly preStop?: string;
  /** Runtime `http` only: how long its server may take until it listens. */
  readonly listenMs?: number;
  /** What runs in a container image, in the place of code. `env` is then the whole environment of its program. */
  readonly image?: ImageStart;
  /** Opens a debugger before the code is loaded. Node.js and Python only. */
  readonly debug?: DebugStart;
}

export interface DebugStart {
  /** Of 127.0.0.1, for the debugger. */
  readonly port: number;
  /** Address and port to which a process beside the runtime connects for each connection to the debugger. */
  readonly door: string;
}

export interface ImageStart {
  /** Program and arguments; a program without `/` is looked for in the PATH of `env`. */
  readonly argv: readonly string[];
  readonly workingDir: string;
  /** `event`: POST /init and POST /invoke. `http`: any request, as runtime `http`. */
  readonly kind: 'event' | 'http';
}

export interface InvokeFrame {
  readonly type: 'invoke';
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly invokeType: 'sync' | 'async';
  readonly credentials: Credentials;
  /** Runtime `http` only: event and result have the binary form of PROTOCOL.md instead of JSON. */
  readonly http?: true;
  /** The answer may come in `chunk` frames before its `result`. */
  readonly stream?: true;
  /** Only with `http` and `stream`: the body of the request comes in `body` frames after this one. */
  readonly bodyFollows?: true;
  /** The number of bytes that follow, if the client sent it. */
  readonly bodyBytes?: number;
  /** Set when a function flow calls. */
  readonly workflowId?: string;
  readonly workflowRunId?: string;
  readonly workflowStateId?: string;
}

export interface HeartbeatFrame {
  readonly type: 'heartbeat';
  /** Comes back in the answer. */
  readonly seq: number;
}

export interface PreStopFrame {
  readonly type: 'preStop';
  readonly timeoutMs: number;
}

/** Allows the chunks of a request to cost so many bytes more. */
export interface CreditFrame {
  readonly type: 'credit';
  readonly requestId: string;
  readonly bytes: number;
}

/** A piece of the body of a request whose `invoke` said that it follows. */
export interface BodyFrame {
  readonly type: 'body';
  readonly requestId: string;
  /** Nothing comes after it. */
  readonly last?: true;
}

/** The caller no longer reads the streamed answer: end the request soon. Its `result` is still awaited. */
export interface CancelFrame {
  readonly type: 'cancel';
  readonly requestId: string;
}

/** Give back the requests that have not begun: the one that runs takes long. */
export interface RecallFrame {
  readonly type: 'recall';
}

export type ServerFrame =
  | InitFrame
  | InvokeFrame
  | BodyFrame
  | CreditFrame
  | CancelFrame
  | RecallFrame
  | HeartbeatFrame
  | PreStopFrame;

/** How a streamed answer begins, for callers that speak HTTP. */
export interface StreamHead {
  readonly statusCode?: number;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export type InstanceFrame =
  | { readonly type: 'hello'; readonly protocol: number; readonly runtime: string }
  | { readonly type: 'initializing' }
  /** `pipeline`: requests above the concurrency wait in the instance for the ones before, see Lanes in PROTOCOL.md. */
  | { readonly type: 'ready'; readonly loadMs: number; readonly initMs: number; readonly pipeline?: true }
  | { readonly type: 'failed'; readonly phase: 'load' | 'init'; readonly code: number }
  | { readonly type: 'chunk'; readonly requestId: string; readonly head?: StreamHead }
  | { readonly type: 'bodyCredit'; readonly requestId: string; readonly bytes: number }
  /**
   * `ms`: running time of the request, if the runtime reports it. `raw`: there may be output that bypassed the link.
   */
  | {
      readonly type: 'result';
      readonly requestId: string;
      readonly code: number;
      readonly ms?: number;
      readonly raw?: true;
    }
  /** These requests have not begun and will not: another instance may run them. */
  | { readonly type: 'returned'; readonly requestIds: readonly string[] }
  /** Its program has ended: it takes no more requests, answers those that run, and ends. */
  | { readonly type: 'leaving' }
  | { readonly type: 'log'; readonly requestId: string; readonly level: LogLevel; readonly time: number }
  | { readonly type: 'heartbeat'; readonly seq: number; readonly ok: boolean; readonly error?: string }
  | { readonly type: 'preStopped'; readonly ok: boolean; readonly error?: string };
