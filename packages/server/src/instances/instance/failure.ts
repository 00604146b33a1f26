import { constants } from 'node:os';
import type { Component, Receipt } from '@funcgraph/api';
import type { SandboxExit } from '../sandbox/index.ts';

export type Outcome = Receipt['outcome'];

/** Why an invocation failed, and its result for the caller. */
export interface Failure {
  readonly outcome: Exclude<Outcome, 'ok'>;
  readonly code: number;
  readonly component: Component;
  readonly payload: Buffer;
}

/** Codes set by the server; those of the runtimes are in PROTOCOL.md. */
export const CODES = {
  functionError: 4002,
  resultTooLarge: 4004,
  resultInvalid: 4007,
  loadFailed: 4001,
  initFailed: 4009,
  timeout: 4010,
  memoryExceeded: 4205,
  diskExceeded: 4207,
  cancelled: 4208,
  heartbeat: 4209,
  initTimeout: 4211,
  systemError: 500,
  noDiskRoom: 503,
} as const;

function failure(
  outcome: Failure['outcome'],
  code: number,
  component: Component,
  errorType: string,
  errorMessage: string,
): Failure {
  return { outcome, code, component, payload: Buffer.from(JSON.stringify({ errorMessage, errorType })) };
}

export function timeoutFailure(timeoutMs: number): Failure {
  return failure(
    'timeout',
    CODES.timeout,
    'timeout',
    'FunctionTimeout',
    `invoke timed out after ${timeoutMs / 1000} seconds`,
  );
}

export function initTimeoutFailure(timeoutMs: number): Failure {
  return failure(
    'init_failed',
    CODES.initTimeout,
    'timeout',
    'InitializerTimeout',
    `the initializer timed out after ${timeoutMs / 1000} seconds`,
  );
}

export function loadTimeoutFailure(timeoutMs: number): Failure {
  return failure(
    'load_failed',
    CODES.loadFailed,
    'runtime',
    'FunctionLoadTimeout',
    `the function code was not loaded within ${timeoutMs / 1000} seconds`,
  );
}

export function memoryFailure(usedBytes: number, limitMb: number): Failure {
  const text = `runtime memory limit exceeded, memory used: ${usedBytes} bytes, limit: ${limitMb} MB`;
  return failure('memory_exceeded', CODES.memoryExceeded, 'function', 'RuntimeMemoryLimitExceeded', text);
}

export function diskFailure(tmpBytes: number): Failure {
  const text = `runtime disk limit exceeded, /tmp is full, limit: ${Math.round(tmpBytes / 2 ** 20)} MB`;
  return failure('disk_exceeded', CODES.diskExceeded, 'function', 'RuntimeDiskLimitExceeded', text);
}

export function systemFailure(text: string): Failure {
  return failure('system_error', CODES.systemError, 'instance', 'SystemError', text);
}

/** Another node had taken the request and stopped answering. */
export function lostFailure(): Failure {
  return systemFailure(
    'the server that ran the function stopped answering: the function may have done a part of its work, or all of it',
  );
}

/** The machine has no disk space for another instance: the function did not run. */
export function noDiskRoomFailure(text: string): Failure {
  return failure('throttled', CODES.noDiskRoom, 'instance', 'NoDiskRoom', text);
}

/** The caller cancelled the invocation. */
export function cancelledFailure(): Failure {
  return failure('cancelled', CODES.cancelled, 'admission', 'InvocationCancelled', 'the invocation was cancelled');
}

/** The function's heartbeat reported a problem or did not answer. */
export function heartbeatFailure(why: string): Failure {
  return failure('heartbeat', CODES.heartbeat, 'function', 'HeartbeatFailed', `the instance was stopped: ${why}`);
}

export function streamTooLargeFailure(limitBytes: number): Failure {
  const text = `the streamed response exceeds the limit of ${limitBytes} bytes`;
  return failure('function_error', CODES.resultTooLarge, 'function', 'FunctionResultTooLarge', text);
}

/** The status or headers of a streamed answer are not valid HTTP. */
export function invalidHeadFailure(why: string): Failure {
  const text = `function result is invalid, error: ${why}`;
  return failure('function_error', CODES.resultInvalid, 'function', 'FunctionResultInvalid', text);
}

const NEIGHBOUR = { timeout: 'timed out', aborted: 'was cancelled', failed: 'failed' } as const;

/** The instance ended because of another request that ran in it, or before it. */
export function neighbourFailure(why: keyof typeof NEIGHBOUR): Failure {
  const text = `the instance was stopped because another of its requests ${NEIGHBOUR[why]}`;
  return failure('crashed', CODES.functionError, 'instance', 'InstanceStopped', text);
}

/** The failure for a code sent by the runtime. */
export function runtimeFailure(phase: 'load' | 'init' | 'invoke', code: number, payload: Buffer): Failure {
  const outcome = phase === 'load' ? 'load_failed' : phase === 'init' ? 'init_failed' : 'function_error';
  return { outcome, code, component: 'function', payload };
}

/**
 * Why a sandbox ended without a stop request. The most specific measure wins: memory, then disk, then the exit status.
 */
export function exitFailure(exit: SandboxExit, limits: { memoryMb: number; tmpBytes: number }): Failure {
  const text = `function invocation exception, error: the function process ${howItEnded(exit)}`;
  return measuredEnd(exit, limits) ?? failure('crashed', CODES.functionError, 'function', 'FunctionProcessExit', text);
}

/** The same before the instance could serve: then its code or its initializer is at fault. */
export function exitWhileStarting(
  stage: 'load' | 'init',
  exit: SandboxExit,
  limits: { memoryMb: number; tmpBytes: number },
): Failure {
  const measured = measuredEnd(exit, limits);
  if (measured !== undefined) return measured;
  const ended = `the function process ${howItEnded(exit)}`;
  if (stage === 'load') {
    const text = `function entry exception, error: ${ended} while its code was loaded`;
    return failure('load_failed', CODES.loadFailed, 'function', 'FunctionProcessExit', text);
  }
  const text = `function initialization exception, error: ${ended} while the initializer ran`;
  return failure('init_failed', CODES.initFailed, 'function', 'FunctionProcessExit', text);
}

function measuredEnd(exit: SandboxExit, limits: { memoryMb: number; tmpBytes: number }): Failure | undefined {
  if (exit.oomKilled) return memoryFailure(exit.peakMemoryBytes, limits.memoryMb);
  if (exit.signal === 'AGENT') return systemFailure('the sandbox was lost');
  return exit.tmpFull ? diskFailure(limits.tmpBytes) : undefined;
}

function howItEnded({ exitCode, signal }: SandboxExit): string {
  return signal === null ? exitWords(exitCode ?? 0) : `was killed by ${signal}`;
}

/** Wrapper processes pass on a death by signal as exit code 128 + number, as shells do. */
function exitWords(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal === undefined ? `exited with code ${code}` : `exited with code ${code} (${signal})`;
}
