import type { LaunchSpec, LinkLog } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { LogLine } from '../telemetry/index.ts';
import { LogTail } from './log-tail.ts';

/** A line whose time differs by more gets the server's time: the instance's clock is wrong. */
const MAX_CLOCK_ERROR_MS = 60_000;

interface StartedRequest {
  readonly requestId: string;
  readonly traceparent: string | undefined;
  /** See `InvocationRequest`. */
  readonly depth: number | undefined;
}

/** Routes function output to the log store, and to the tail of its invocation. */
export class RequestLogs {
  readonly #append: (line: LogLine) => void;
  readonly #clock: Clock;
  /** By instance and request: an instance can write only into tails of requests that it serves. */
  readonly #tails = new Map<string, LogTail>();

  constructor(append: (line: LogLine) => void, clock: Clock) {
    this.#append = append;
    this.#clock = clock;
  }

  fromInstance(instanceId: string, spec: LaunchSpec, log: LinkLog): void {
    const now = this.#clock.now();
    const time = Math.abs(log.time - now) > MAX_CLOCK_ERROR_MS ? now : log.time;
    const { requestId, level } = log;
    this.#append({
      time,
      functionKey: spec.functionKey,
      version: spec.version,
      requestId,
      instanceId,
      level,
      message: log.text,
    });
    this.#tails.get(`${instanceId}:${requestId}`)?.add({ time, requestId, level, message: log.text });
  }

  /** The platform's first line of an invocation. */
  started(
    instanceId: string,
    spec: Pick<LaunchSpec, 'functionKey' | 'version'>,
    { requestId, traceparent, depth = 0 }: StartedRequest,
  ): void {
    const time = this.#clock.now();
    const message = `Start invoke request '${requestId}', version: ${spec.version}`;
    const { functionKey, version } = spec;
    const line: LogLine = { time, functionKey, version, requestId, instanceId, level: 'INFO', message };
    this.#append({
      ...line,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(depth === 0 ? {} : { depth }),
    });
    this.#tails.get(`${instanceId}:${requestId}`)?.add({ time, requestId, message });
  }

  /** A line of the platform itself, such as the start and end of an invocation. */
  fromPlatform(
    instanceId: string,
    spec: Pick<LaunchSpec, 'functionKey' | 'version'>,
    requestId: string,
    message: string,
    level: LogLine['level'] = 'INFO',
  ): void {
    const time = this.#clock.now();
    this.#append({
      time,
      functionKey: spec.functionKey,
      version: spec.version,
      requestId,
      instanceId,
      level,
      message,
    });
    const shown = level === 'INFO' ? {} : { level };
    this.#tails.get(`${instanceId}:${requestId}`)?.add({ time, requestId, message, ...shown });
  }

  openTail(instanceId: string, requestId: string, limitBytes: number): LogTail {
    const tail = new LogTail(limitBytes);
    this.#tails.set(`${instanceId}:${requestId}`, tail);
    return tail;
  }

  closeTail(instanceId: string, requestId: string): void {
    this.#tails.delete(`${instanceId}:${requestId}`);
  }
}
