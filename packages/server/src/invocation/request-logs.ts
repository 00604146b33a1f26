import type { LaunchSpec, LinkLog } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import { SlotMap } from '../lib/slot-map.ts';
import { type LogLine, type LogStore, MAX_FIRST_LINE_MS, startText } from '../telemetry/index.ts';
import { functionIdOf } from './launch.ts';
import { LogTail } from './log-tail.ts';
import type { LineFacts } from './receipt.ts';

/** A line whose time differs by more gets the server's time: the instance's clock is wrong. */
const MAX_CLOCK_ERROR_MS = 60_000;

/** A first line is written at once after this time, so that a crash leaves it, and a live tail shows it. */
const SILENT_MS = 100;

/** What followers or readers have of a request that moved: its first line must not come twice. */
export type FirstLine = 'shown' | 'stored';

interface StartedRequest {
  readonly requestId: string;
  readonly traceparent: string | undefined;
  /** See `InvocationRequest`. */
  readonly depth: number | undefined;
  /** Result of `moved`, for a request that was sent to another instance before. */
  readonly firstLine?: FirstLine | undefined;
}

interface FinishedRequest {
  readonly requestId: string;
  readonly depth: number | undefined;
  /** Start of the record. */
  readonly startedAt: number;
  /** Makes the text of the line, where it is shown. */
  readonly text: () => string;
}

/** The function of a line, known by its id or the key of its launch spec, or only by its name. */
export interface LineOwner extends Pick<LaunchSpec, 'functionKey' | 'version'> {
  readonly key?: string;
  readonly functionId?: string | undefined;
}

/** A request whose first line is not written. */
interface SilentRequest {
  readonly line: LogLine;
  readonly isShown: boolean;
}

/**
 * Routes function output to the log store, and to the tail of its invocation. The platform's first and last line of a
 * request are made from its record by those who read the log: the first one is written only when the request logs, or
 * takes long, and the last one never.
 */
export class RequestLogs {
  readonly #store: Pick<LogStore, 'append' | 'write' | 'show' | 'isFollowed'>;
  readonly #clock: Clock;
  readonly #isReplaced: (functionKey: string, functionId: string) => boolean;
  /** By instance and request: an instance can write only into tails of requests that it serves. */
  readonly #tails = new SlotMap<string, LogTail>();
  /** By instance and request, oldest first. */
  readonly #silent = new SlotMap<string, SilentRequest>();
  #isWatched = false;
  #lastFinishAt = 0;

  /** `isReplaced`: a function was deleted and another one has its name now, whose log must not have the line. */
  constructor(
    store: Pick<LogStore, 'append' | 'write' | 'show' | 'isFollowed'>,
    clock: Clock,
    isReplaced: (functionKey: string, functionId: string) => boolean,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#isReplaced = isReplaced;
  }

  fromInstance(instanceId: string, spec: LaunchSpec, log: LinkLog): void {
    const now = this.#clock.now();
    const time = Math.abs(log.time - now) > MAX_CLOCK_ERROR_MS ? now : log.time;
    const { requestId, level } = log;
    const key = `${instanceId}:${requestId}`;
    this.#writeFirst(key);
    const { functionKey, version } = spec;
    if (!this.#isReplaced(functionKey, functionIdOf(spec.key))) {
      this.#store.append([{ time, functionKey, version, requestId, instanceId, level, message: log.text }]);
    }
    this.#tails.get(key)?.add({ time, requestId, level, message: log.text });
  }

  /** The platform's first line of an invocation. `ended` must follow. */
  started(
    instanceId: string,
    spec: Pick<LaunchSpec, 'functionKey' | 'version'>,
    { requestId, traceparent, depth = 0, firstLine }: StartedRequest,
  ): void {
    const time = this.#clock.now();
    const { functionKey, version } = spec;
    const message = startText({ requestId, version });
    const line: LogLine = {
      ...{ time, functionKey, version, requestId, instanceId, level: 'INFO', message },
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(depth === 0 ? {} : { depth }),
    };
    const key = `${instanceId}:${requestId}`;
    this.#tails.get(key)?.add({ time, requestId, message });
    if (firstLine === 'stored') return;
    const isShown = firstLine === 'shown' || this.#store.isFollowed(functionKey);
    if (isShown && firstLine === undefined) this.#store.show(line);
    this.#silent.set(key, { line, isShown });
    // the lines of an instance that did not start follow
    if (instanceId === '') this.#writeFirst(key);
    if (!this.#isWatched) this.#watch(SILENT_MS);
  }

  /** The platform's last line of an invocation. Returns what its record must say for its lines to be made from it. */
  finished(
    instanceId: string,
    spec: Pick<LaunchSpec, 'functionKey' | 'version'>,
    { requestId, depth = 0, startedAt, text }: FinishedRequest,
  ): LineFacts {
    const time = this.#clock.now();
    const key = `${instanceId}:${requestId}`;
    const first = this.#silent.get(key)?.line.time ?? Number.NaN;
    const begin = Math.floor(startedAt);
    const tail = this.#tails.get(key);
    const { functionKey, version } = spec;
    const isFollowed = this.#store.isFollowed(functionKey);
    if (tail !== undefined || isFollowed) {
      const message = text();
      tail?.add({ time, requestId, message });
      if (isFollowed) {
        this.#store.show({ time, functionKey, version, requestId, instanceId, level: 'INFO', message });
      }
    }
    this.#lastFinishAt = time;
    // after a turn of the loop that took seconds, or when the clock was set, the line is written
    const isSilent = first >= begin && time - first < MAX_FIRST_LINE_MS;
    if (isSilent) this.#silent.delete(key);
    else this.#writeFirst(key);
    return {
      ...(depth === 0 ? {} : { depth }),
      ...(isSilent ? { startLineMs: first - begin } : {}),
      finishLineMs: Math.max(time - begin, 0),
    };
  }

  /** A request that ended without its last line leaves its first one. */
  ended(instanceId: string, requestId: string): void {
    const key = `${instanceId}:${requestId}`;
    this.#writeFirst(key);
    this.#tails.delete(key);
  }

  /** The request did not begin in this instance: `started` follows for another one. `ended` must follow for this one. */
  moved(instanceId: string, requestId: string): FirstLine | undefined {
    const key = `${instanceId}:${requestId}`;
    const silent = this.#silent.get(key);
    if (silent === undefined) return 'stored';
    this.#silent.delete(key);
    return silent.isShown ? 'shown' : undefined;
  }

  /** A line of the platform itself, besides the first and last one of an invocation. */
  fromPlatform(
    instanceId: string,
    spec: LineOwner,
    requestId: string,
    message: string,
    level: LogLine['level'] = 'INFO',
  ): void {
    const now = this.#clock.now();
    // a line about a request that has ended comes behind its last one
    const time = now === this.#lastFinishAt && instanceId === '' ? now + 1 : now;
    const key = `${instanceId}:${requestId}`;
    this.#writeFirst(key);
    const { functionKey, version } = spec;
    const functionId = spec.functionId ?? (spec.key === undefined ? undefined : functionIdOf(spec.key));
    if (functionId === undefined || !this.#isReplaced(functionKey, functionId)) {
      this.#store.append([{ time, functionKey, version, requestId, instanceId, level, message }]);
    }
    const shown = level === 'INFO' ? {} : { level };
    this.#tails.get(key)?.add({ time, requestId, message, ...shown });
  }

  openTail(instanceId: string, requestId: string, limitBytes: number): LogTail {
    const tail = new LogTail(limitBytes);
    this.#tails.set(`${instanceId}:${requestId}`, tail);
    return tail;
  }

  #writeFirst(key: string): void {
    const silent = this.#silent.get(key);
    if (silent === undefined) return;
    this.#silent.delete(key);
    if (silent.isShown) this.#store.write(silent.line);
    else this.#store.append([silent.line]);
  }

  #watch(delayMs: number): void {
    this.#isWatched = true;
    this.#clock.after(delayMs, () => {
      this.#isWatched = false;
      const now = this.#clock.now();
      for (const key of this.#silent.keys()) {
        const time = this.#silent.get(key)?.line.time ?? now;
        if (Math.abs(now - time) < SILENT_MS) break;
        this.#writeFirst(key);
      }
      if (this.#silent.size > 0) this.#watch(SILENT_MS / 2);
    });
  }
}
