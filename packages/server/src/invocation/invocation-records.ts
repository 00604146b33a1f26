import type { Receipt } from '@funcgraph/api';
import type { Catalog, VersionSnapshot } from '../control/index.ts';
import type { Failure, LaunchSpec, StartPhases } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { InvocationRecord } from '../telemetry/index.ts';
import { functionKeyOf } from './launch.ts';
import { buildReceipt, finishLine, type LineFacts, type Measured, toRecord } from './receipt.ts';
import type { RequestLogs } from './request-logs.ts';
import type { Routed } from './resolve.ts';
import type { InvocationRequest } from './types.ts';

interface RecordsOptions {
  readonly catalog: Catalog;
  readonly logs: RequestLogs;
  readonly record: (record: InvocationRecord) => void;
  readonly withTraces?: boolean;
  readonly clock: Clock;
}

const NO_PHASES: StartPhases = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };
const TRACEPARENT_CHARS = 55;
const THROTTLED: Failure = { outcome: 'throttled', code: 429, component: 'admission', payload: Buffer.alloc(0) };

/** Makes the receipt of a request and passes it on to be stored. */
export class InvocationRecords {
  readonly #options: RecordsOptions;

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** Of a request for which an instance was used or failed to start; writes its last log line. */
  finished(snapshot: VersionSnapshot, spec: LaunchSpec, request: InvocationRequest, measured: Measured): Receipt {
    const receipt = buildReceipt(snapshot.urn, spec, request, measured);
    const { instanceId, startedAt } = measured;
    const { requestId, depth } = request;
    const text = (): string => finishLine(receipt);
    const lines = this.#options.logs.finished(instanceId, spec, { requestId, depth, startedAt, text });
    // it would count for the other function
    if (!this.#options.catalog.isReplaced(spec.functionKey, snapshot.functionId)) {
      this.#record(receipt, spec.functionKey, startedAt, request, lines);
    }
    return receipt;
  }

  /** Of a request that got no instance here; not recorded for a flow, which makes it again. */
  refused(
    { snapshot, alias }: Pick<Routed, 'snapshot' | 'alias'>,
    request: InvocationRequest,
    memoryMb: number,
    failure: Failure = THROTTLED,
  ): Receipt {
    const { clock } = this.#options;
    const spec = { functionKey: functionKeyOf(snapshot), version: snapshot.version, memoryMb, context: { alias } };
    const totalMs = clock.monotonic() - request.receivedAt;
    const receipt = buildReceipt(snapshot.urn, spec, request, {
      instanceId: '',
      failure,
      cold: false,
      reserved: false,
      phases: NO_PHASES,
      waitedMs: totalMs,
      handlerMs: 0,
      totalMs,
      cpuMs: null,
      peakMemoryBytes: null,
      responseBytes: 0,
      startedAt: clock.now(),
    });
    if (request.mode !== 'flow') this.#record(receipt, spec.functionKey, clock.now(), request);
    return receipt;
  }

  /** Undefined unless traces are exported. */
  traceparent(request: InvocationRequest): string | undefined {
    if (this.#options.withTraces !== true) return undefined;
    const traceparent = request.traceparent ?? request.headers?.traceparent;
    return typeof traceparent === 'string' && traceparent.length === TRACEPARENT_CHARS ? traceparent : undefined;
  }

  #record(
    receipt: Receipt,
    functionKey: string,
    startedAt: number,
    request: InvocationRequest,
    lines?: LineFacts,
  ): void {
    const { withTraces, catalog } = this.#options;
    const record = toRecord(receipt, functionKey, startedAt, lines);
    if (withTraces !== true) {
      this.#options.record(record);
      return;
    }
    const traceparent = this.traceparent(request);
    this.#options.record({
      ...record,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(catalog.isTraced(functionKey) ? {} : { isUntraced: true }),
    });
  }
}
