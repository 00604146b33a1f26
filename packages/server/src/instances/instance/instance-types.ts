import type { Credentials, LogLevel } from '@funcgraph/runtimes';
import type { Clock } from '../../lib/clock.ts';
import type { BodySource, RuntimeLink } from '../runtime-link/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import type { Failure } from './failure.ts';
import type { ResponseSink } from './streamed-answer.ts';
import type { UsageMeter } from './usage-meter.ts';

/** Durations of the parts of a start, ms. */
export interface StartPhases {
  readonly sandboxMs: number;
  readonly bootMs: number;
  readonly loadMs: number;
  readonly initMs: number;
}

export interface InstanceRequest {
  readonly requestId: string;
  readonly event: Buffer;
  readonly timeoutMs: number;
  readonly invokeType: 'sync' | 'async';
  /** Functions that ran one after another until this call; 0 unless set. */
  readonly depth?: number | undefined;
  readonly credentials: Credentials;
  /** Event and payload in the binary form of HTTP functions. */
  readonly http?: true;
  /** Receives the answer in pieces, if the function streams it. */
  readonly sink?: ResponseSink;
  /** The body of the request, left out of the event. Only with `http` and a sink. */
  readonly body?: BodySource;
  /** Ends the call and, since code cannot be stopped otherwise, the instance. */
  readonly signal?: AbortSignal;
  /** While it is true, the request has all the time. */
  readonly isHeld?: () => boolean;
}

/** A request that was held looks again after this time. */
export const HELD_MS = 1_000;

export interface InstanceAnswer {
  /** Undefined for success. */
  readonly failure: Failure | undefined;
  readonly payload: Buffer;
  /** Bytes sent to the sink; absent when it was not used and the payload is the whole answer. */
  readonly streamedBytes?: number;
  readonly handlerMs: number;
  /** Since the previous call of this instance; null when not measured. */
  readonly cpuMs: number | null;
  /** A share of what was measured for several requests. */
  readonly isCpuShared?: boolean;
  readonly peakMemoryBytes: number | null;
  /** Duration inside the runtime, as the instance reports it: not trusted for billing. */
  readonly ownMs?: number | undefined;
  /** Set when no code ran for the request: another instance may run it. */
  readonly notStarted?: 'lost' | 'returned';
  /** Ms that it waited in the instance for requests before it. */
  readonly queuedMs?: number;
  /** Processes of the function may have written beside the runtime. */
  readonly isRaw?: true;
}

export interface InstanceParts {
  readonly id: string;
  readonly spec: LaunchSpec;
  readonly sandbox: Sandbox;
  readonly link: RuntimeLink;
  /** Resolves when the log has all raw output of its processes. */
  readonly flushOutput: () => Promise<void>;
  readonly meter: UsageMeter;
  readonly phases: StartPhases;
  readonly clock: Clock;
  /** Writes a line of the platform into the log of the function. */
  readonly say: (level: LogLevel, text: string) => void;
  /** The runtime takes requests while one runs, and begins them one after the other. */
  readonly pipeline?: boolean;
}

/** Why a request ended without a result. */
export type Ended =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'neighbour' }
  | { readonly kind: 'link'; readonly violation: boolean; readonly text: string };
