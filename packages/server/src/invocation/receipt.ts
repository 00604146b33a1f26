import { causeOf, type Receipt } from '@funcgraph/api';
import type { Failure, LaunchSpec, StartPhases } from '../instances/index.ts';
import type { InvocationRecord } from '../telemetry/index.ts';
import type { InvocationRequest } from './types.ts';

/** Measurements of one attempt. */
export interface Measured {
  readonly instanceId: string;
  readonly failure: Failure | undefined;
  readonly cold: boolean;
  readonly reserved: boolean;
  readonly phases: StartPhases;
  readonly waitedMs: number;
  readonly handlerMs: number;
  readonly totalMs: number;
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  readonly responseBytes: number;
  /** Ms since epoch. */
  readonly startedAt: number;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

export function buildReceipt(
  functionUrn: string,
  spec: Pick<LaunchSpec, 'version' | 'memoryMb'> & { readonly context: Pick<LaunchSpec['context'], 'alias'> },
  request: Pick<InvocationRequest, 'requestId' | 'mode' | 'attempt'>,
  measured: Measured,
): Receipt {
  const { phases, failure } = measured;
  const starting = phases.sandboxMs + phases.bootMs + phases.loadMs + phases.initMs;
  return {
    request_id: request.requestId,
    function_urn: functionUrn,
    version: spec.version,
    alias: spec.context.alias,
    instance_id: measured.instanceId,
    mode: request.mode,
    attempt: request.attempt,
    outcome: failure?.outcome ?? 'ok',
    code: failure?.code ?? 0,
    component: failure?.component ?? '',
    cause: failure === undefined ? '' : causeOf(failure.outcome, failure.component),
    cold: measured.cold,
    reserved: measured.reserved,
    started_at: new Date(measured.startedAt).toISOString(),
    queue_ms: round(Math.max(measured.waitedMs - starting, 0)),
    sandbox_ms: round(phases.sandboxMs),
    boot_ms: round(phases.bootMs),
    load_ms: round(phases.loadMs),
    init_ms: round(phases.initMs),
    handler_ms: round(measured.handlerMs),
    total_ms: round(measured.totalMs),
    cpu_ms: measured.cpuMs === null ? null : round(measured.cpuMs),
    peak_memory_bytes: measured.peakMemoryBytes,
    memory_mb: spec.memoryMb,
    response_bytes: measured.responseBytes,
  };
}

/** Billed time: initializer and handler, rounded up to a millisecond. */
export function billedMs(receipt: Receipt): number {
  return Math.ceil(receipt.handler_ms + receipt.init_ms);
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(3)}MB`;

/** The platform's last log line of an invocation, in the format of public log samples. */
export function finishLine(receipt: Receipt): string {
  const memory = receipt.peak_memory_bytes === null ? '' : `, memory used: ${megabytes(receipt.peak_memory_bytes)}`;
  const outcome = receipt.outcome === 'ok' ? '' : `, result: ${receipt.outcome} (${receipt.code})`;
  return `Finish invoke request '${receipt.request_id}', duration: ${receipt.handler_ms.toFixed(3)}ms, billing duration: ${billedMs(receipt)}ms${memory}, billing memory: ${receipt.memory_mb}MB${outcome}`;
}

/** Value of X-Cff-Invoke-Summary: the fields that public clients show, and the receipt. */
export function invokeSummary(receipt: Receipt, funcDigest: string): string {
  return JSON.stringify({
    funcDigest,
    duration: `${receipt.handler_ms.toFixed(3)}ms`,
    billingDuration: `${billedMs(receipt)}ms`,
    memorySize: receipt.memory_mb,
    memoryUsed: receipt.peak_memory_bytes === null ? '' : megabytes(receipt.peak_memory_bytes),
    podName: receipt.instance_id,
    receipt,
  });
}

export function toRecord(receipt: Receipt, functionKey: string, startedAt: number): InvocationRecord {
  return {
    requestId: receipt.request_id,
    functionKey,
    functionUrn: receipt.function_urn,
    version: receipt.version,
    alias: receipt.alias === '' ? null : receipt.alias,
    instanceId: receipt.instance_id,
    mode: receipt.mode,
    attempt: receipt.attempt,
    startedAt,
    finishedAt: startedAt + receipt.handler_ms,
    outcome: receipt.outcome,
    code: String(receipt.code),
    component: receipt.component,
    cold: receipt.cold,
    reserved: receipt.reserved,
    queueMs: receipt.queue_ms,
    sandboxMs: receipt.sandbox_ms,
    bootMs: receipt.boot_ms,
    loadMs: receipt.load_ms,
    initMs: receipt.init_ms,
    handlerMs: receipt.handler_ms,
    totalMs: receipt.total_ms,
    cpuMs: receipt.cpu_ms,
    peakMemoryBytes: receipt.peak_memory_bytes,
    memoryMb: receipt.memory_mb,
    responseBytes: receipt.response_bytes,
  };
}
