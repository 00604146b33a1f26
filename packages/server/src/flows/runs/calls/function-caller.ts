import { type FunctionUrn, parseUrn } from '@funcgraph/api';
import type { Failure, JsonObject } from '@funcgraph/flow';
import { languageOf } from '@funcgraph/runtimes';
import type { Logger } from 'pino';
import type { Catalog } from '../../../control/index.ts';
import { didNotRun, type InvocationResult, type Invoker, resolve } from '../../../invocation/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { FlowIdentity, FlowRights } from '../rights.ts';
import type { CallDispatcher } from './call-dispatcher.ts';

export interface FunctionCall {
  readonly projectId: string;
  readonly flowId: string;
  readonly identity: FlowIdentity;
  /** The URN in the definition. */
  readonly function: string;
  readonly requestId: string;
  /** From 1. */
  readonly attempt: number;
  /** The event, loaded when the call begins. */
  readonly event: () => Promise<Buffer>;
}

export interface CallResult {
  /** Bytes that the function returned; undefined for a failure. */
  readonly payload?: Buffer;
  readonly failure?: Failure;
  /** The URN with the version that ran. */
  readonly target?: string;
}

export interface RunningCall {
  /** Undefined when the call was abandoned, or the server stopped: it has no result, and may be made again. */
  readonly result: Promise<CallResult | undefined>;
  /** With `ends`, the function is stopped too if its instance runs nothing else. */
  abandon(ends: boolean): void;
  /** Without a result, unless it has begun. */
  withdraw(): void;
}

export interface FunctionCallerOptions {
  readonly catalog: Catalog;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly dispatcher: CallDispatcher;
  readonly rights: FlowRights;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a function itself returned as its error is kept up to this size. */
const MOST_FIELDS_BYTES = 16 * 1024;
const MOST_MESSAGE_CHARS = 4_096;

/** Calls functions for flows, through the same entry and with the same limits, records and logs as all other calls. */
export class FunctionCaller {
  readonly #options: FunctionCallerOptions;

  constructor(options: FunctionCallerOptions) {
    this.#options = options;
  }

  start(call: FunctionCall): RunningCall {
    const abort = new AbortController();
    let isAbandoned = false;
    let isExclusive = false;
    let takeBack = (): boolean => false;
    let noResult = (): void => {};
    const result = new Promise<CallResult | undefined>((settle) => {
      noResult = () => settle(undefined);
      const target = this.#target(call);
      if (!('functionId' in target)) return settle(target);
      isExclusive = target.concurrency === 1;
      takeBack = this.#options.dispatcher.add({
        projectId: call.projectId,
        flowId: call.flowId,
        functionKey: target.functionId,
        run: async (admitted) => {
          const ended = isAbandoned ? undefined : await this.#attempt(call, target.urn, abort.signal, admitted);
          if (ended === 'overloaded' && !isAbandoned) return 'overloaded';
          settle(ended === 'overloaded' ? undefined : ended);
          return 'ended';
        },
      });
    });
    return {
      result,
      abandon(ends) {
        isAbandoned = true;
        takeBack();
        noResult();
        if (ends && isExclusive) abort.abort(new Error('the run of the flow was stopped'));
      },
      withdraw() {
        if (takeBack()) noResult();
      },
    };
  }

  /** What is called, or why it may not be: found out again for each call, since functions and rights change. */
  #target({ function: name, identity, projectId }: FunctionCall): Target | CallResult {
    const urn = parseUrn(name);
    if (urn === undefined)
      return failed('function_not_found', `${name.slice(0, 200)} is not the URN of a function`, 404);
    const refusal = this.#options.rights.refusal(identity, projectId, { kind: 'function', urn });
    if (refusal !== undefined) return failed('forbidden', refusal, 403);
    try {
      const snapshot = resolve(this.#options.catalog, urn);
      if (!snapshot.enabled || snapshot.maxInstances === 0) {
        return failed('overloaded', `function ${snapshot.name} is disabled`, 429);
      }
      if (languageOf(snapshot.runtime)?.id === 'http') {
        return failed('invalid_request', `${snapshot.name} is an HTTP function, which flows cannot call`, 400);
      }
      return { urn, functionId: snapshot.functionId, concurrency: snapshot.concurrency };
    } catch (error) {
      return this.#thrown(error);
    }
  }

  async #attempt(
    call: FunctionCall,
    urn: FunctionUrn,
    signal: AbortSignal,
    onAdmitted: () => void,
  ): Promise<CallResult | 'overloaded' | undefined> {
    const { invoker, clock } = this.#options;
    try {
      const event = await call.event();
      const { requestId, attempt, identity } = call;
      const receivedAt = clock.monotonic();
      const request = { urn, event, mode: 'flow', requestId, attempt, tail: false, receivedAt, signal } as const;
      const { chainDepth: depth, traceparent } = identity;
      return resultOf(await invoker.invoke({ ...request, depth, traceparent, onAdmitted }));
    } catch (error) {
      if (signal.aborted) return undefined;
      return didNotRun(error) ? 'overloaded' : this.#thrown(error);
    }
  }

  #thrown(error: unknown): CallResult {
    if (error instanceof PlatformError && error.spec.audience === 'user') {
      return failed(error.code, error.message, error.spec.status);
    }
    this.#options.log.error({ err: error }, 'a call of a flow failed');
    return failed('internal', 'the platform failed to call the function', 500);
  }
}

interface Target {
  readonly urn: FunctionUrn;
  readonly functionId: string;
  readonly concurrency: number;
}

function resultOf({ failure, payload, receipt }: InvocationResult): CallResult {
  const target = receipt.function_urn;
  if (failure === undefined) return { payload, target };
  const fields = fieldsOf(failure.payload);
  const said = fields?.errorMessage ?? fields?.error_msg ?? fields?.message;
  const message = typeof said === 'string' ? said : failure.payload.toString('utf8', 0, MOST_MESSAGE_CHARS);
  return {
    target,
    failure: {
      error_code: String(failure.code),
      error_message: message.slice(0, MOST_MESSAGE_CHARS),
      status: 500,
      ...(fields === undefined ? {} : { fields }),
    },
  };
}

/** Undefined for anything but a small JSON object. */
function fieldsOf(payload: Buffer): JsonObject | undefined {
  if (payload.length > MOST_FIELDS_BYTES) return undefined;
  try {
    const json: unknown = JSON.parse(payload.toString('utf8'));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function failed(error_code: string, error_message: string, status: number): CallResult {
  return { failure: { error_code, error_message, status } };
}
