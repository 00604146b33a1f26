import { resultOf } from '@funcgraph/api/causes';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { parentOf } from '../../domain/traceparent.ts';
import type { InvocationRecord } from '../types.ts';
import { hrTime, type Resource, type Resources, SCOPE, type Span } from './resources.ts';
import { newSpanId, traceIdOf } from './trace-ids.ts';

const SAMPLED = 1;

/** The span of an invocation, and one for each phase that took time. */
export function spansOf(record: InvocationRecord, resources: Resources): Span[] {
  const parent = parentOf(record.traceparent);
  const traceId = parent?.traceId ?? traceIdOf(record.requestId);
  const spanId = newSpanId();
  const resource = resources.of(record);
  const end = record.startedAt + record.handlerMs;
  const start = end - Math.max(record.totalMs, record.handlerMs);
  const root = makeSpan({
    ...{ traceId, spanId, resource, start, end, name: record.functionKey.split(':')[2] ?? 'invoke' },
    parent: parent === undefined ? undefined : { ...parent, traceFlags: SAMPLED, isRemote: true },
    kind: SpanKind.SERVER,
    attributes: attributesOf(record),
    failure: resultOf(record.outcome) === 'success' ? undefined : `${record.outcome} (${record.code ?? ''})`,
  });
  const own = { traceId, spanId, traceFlags: SAMPLED };
  const phases = phasesOf(record, start).map(([name, from, to]) =>
    makeSpan({
      ...{ traceId, spanId: newSpanId(), resource, start: from, end: to, name, parent: own },
      ...{ kind: SpanKind.INTERNAL, attributes: {}, failure: undefined },
    }),
  );
  return [root, ...phases];
}

/** Name, begin and end. The start of an instance may have begun before the request arrived: that part is left out. */
function phasesOf(record: InvocationRecord, notBefore: number): [name: string, from: number, to: number][] {
  const { queueMs, sandboxMs, bootMs, loadMs, initMs, handlerMs, startedAt } = record;
  const beforeHandler: [string, number][] = [
    ['init', initMs],
    ['load', loadMs],
    ['boot', bootMs],
    ['sandbox', sandboxMs],
    ['queue', queueMs],
  ];
  const phases: [string, number, number][] = [];
  if (handlerMs > 0) phases.push(['handler', startedAt, startedAt + handlerMs]);
  let to = startedAt;
  for (const [name, ms] of beforeHandler) {
    const from = Math.max(to - ms, Math.min(notBefore, to));
    if (to > from) phases.unshift([name, from, to]);
    to = from;
  }
  return phases;
}

function attributesOf(record: InvocationRecord): Attributes {
  const { alias, instanceId, cpuMs, peakMemoryBytes, outcome, component } = record;
  return {
    'faas.invocation_id': record.requestId,
    'faas.coldstart': record.cold,
    'faas.trigger': record.mode === 'gateway' ? 'http' : 'other',
    'faas.max_memory': record.memoryMb * 2 ** 20,
    'cloud.resource_id': record.functionUrn,
    'funcgraph.mode': record.mode,
    'funcgraph.attempt': record.attempt,
    'funcgraph.outcome': outcome,
    'funcgraph.response_bytes': record.responseBytes,
    ...(alias === null ? {} : { 'funcgraph.alias': alias }),
    ...(instanceId === null || instanceId === '' ? {} : { 'faas.instance': instanceId }),
    ...(cpuMs === null ? {} : { 'funcgraph.cpu_ms': cpuMs }),
    ...(record.isCpuShared ? { 'funcgraph.cpu_shared': true } : {}),
    ...(peakMemoryBytes === null ? {} : { 'funcgraph.peak_memory_bytes': peakMemoryBytes }),
    ...(outcome === 'ok' ? {} : { 'error.type': outcome, 'funcgraph.component': component ?? '' }),
  };
}

interface SpanFacts {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: Span['parentSpanContext'];
  readonly name: string;
  readonly kind: SpanKind;
  /** Ms since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** Undefined for success. */
  readonly failure: string | undefined;
  readonly resource: Resource;
}

function makeSpan({ traceId, spanId, parent, start, end, failure, ...same }: SpanFacts): Span {
  return {
    ...same,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    spanContext: () => ({ traceId, spanId, traceFlags: SAMPLED }),
    startTime: hrTime(start),
    endTime: hrTime(end),
    duration: hrTime(end - start),
    status: failure === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: failure },
    ...{ ended: true, links: [], events: [], instrumentationScope: SCOPE },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}
