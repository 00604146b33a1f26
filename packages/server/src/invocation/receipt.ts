import { causeOf, type Receipt } from '@funcgraph/api';
import type { Failure, LaunchSpec, StartPhases } from '../instances/index.ts';
import { billedMs, finishText, type InvocationRecord, megabytes } from '../telemetry/index.ts';
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
  readonly isCpuShared?: boolean | undefined;
  readonly peakMemoryBytes: number | null;
  readonly responseBytes: number;
  /** Ms since epoch. */
  readonly startedAt: number;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

export function buildReceipt(
  functionUrn: string,
  spec: Pick<LaunchSpec, 'version' | 'memoryMb'> & { readonly context: Pick<LaunchSpec['context'], 'alias'> },
  request: Pick<InvocationRequest, 'requestId' | 'mode' | 'attempt' | 'nodes'>,
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
    cpu_shared: measured.isCpuShared === true,
    peak_memory_bytes: measured.peakMemoryBytes,
    memory_mb: spec.memoryMb,
    response_bytes: measured.responseBytes,
    ...(request.nodes === undefined ? {} : { nodes: [...request.nodes] }),
  };
}

/** The platform's last log line of an invocation. */
export function finishLine(receipt: Receipt): string {
  return finishText({
    requestId: receipt.request_id,
    handlerMs: receipt.handler_ms,
    initMs: receipt.init_ms,
    peakMemoryBytes: receipt.peak_memory_bytes,
    memoryMb: receipt.memory_mb,
    outcome: receipt.outcome,
    code: String(receipt.code),
  });
}

/** Value of X-Cff-Invoke-Summary: the fields that public clients show, and the receipt. */
export function invokeSummary(receipt: Receipt, funcDigest: string): string {
  return JSON.stringify({
    funcDigest,
    duration: `${receipt.handler_ms.toFixed(3)}ms`,
    billingDuration: `${billedMs({ handlerMs: receipt.handler_ms, initMs: receipt.init_ms })}ms`,
    memorySize: receipt.memory_mb,
    memoryUsed: receipt.peak_memory_bytes === null ? '' : megabytes(receipt.peak_memory_bytes),
    podName: receipt.instance_id,
    receipt,
  });
}

/** What a record says about the platform's lines of its invocation. */
export type LineFacts = Pick<InvocationRecord, 'depth' | 'startLineMs' | 'finishLineMs'>;

export function toRecord(
  receipt: Receipt,
  functionKey: string,
  startedAt: number,
  lines: LineFacts = {},
): InvocationRecord {
  const [receivedBy, ranOn] = receipt.nodes ?? [];
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
    ...(receipt.cpu_shared ? { isCpuShared: true } : {}),
    ...(receivedBy === undefined || ranOn === undefined ? {} : { receivedBy, ranOn }),
    ...lines,
  };
}
