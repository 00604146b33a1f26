import { type FunctionUrn, formatUrn, LIMITS } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import type { Catalog } from '../../control/index.ts';
import { traceparentIn } from '../../domain/traceparent.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { NewMessage } from '../../queue/index.ts';
import type { RequestHeaders } from '../alias-route.ts';
import { checkDepth } from '../check-depth.ts';
import { functionKeyOf, memoryFor } from '../launch.ts';
import { route } from '../resolve.ts';
import { ASYNC_TOPIC, type AsyncAttributes, writeAttributes } from './message.ts';

export interface Accepting {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface AsyncCall {
  readonly urn: FunctionUrn;
  readonly event: Uint8Array;
  readonly requestId: string;
  readonly memoryChoice?: string | undefined;
  readonly headers?: RequestHeaders;
  /** An earlier choice of an alias with two versions. */
  readonly toAdditional?: boolean;
  /** 256 KB for external callers; unless set, the largest event of a function. */
  readonly maxEventBytes?: number;
  readonly chain?: readonly string[];
  /** See `InvocationRequest`. */
  readonly depth?: number | undefined;
  /** Valid; unless set, that of `headers` if it is valid. */
  readonly traceparent?: string | undefined;
  readonly redriveOf?: string;
  /** See `RoutedRequest`. */
  readonly functionId?: string | undefined;
}

/**
 * The message of an async invocation that may run, with the current settings of its function. Throws for an unknown or
 * disabled function, a wrong memory choice, a too large event or a chain that is too long.
 */
export function acceptedMessage(
  { catalog, clock, random }: Accepting,
  call: AsyncCall,
): { readonly message: NewMessage; readonly attributes: AsyncAttributes } {
  checkDepth(call.depth);
  const { urn, event, memoryChoice, chain, depth, redriveOf, maxEventBytes = LIMITS.syncEventBytes } = call;
  const { snapshot, alias, toAdditional } = route(catalog, call, random);
  if (!snapshot.enabled || snapshot.maxInstances === 0) {
    throw new PlatformError('overloaded', `function ${snapshot.name} is disabled`);
  }
  if (languageOf(snapshot.runtime)?.id === 'http') {
    throw new PlatformError('invalid_request', 'an HTTP function cannot be invoked asynchronously', {
      hint: 'Call it and wait for the answer, or put an event function in front of it.',
    });
  }
  memoryFor(snapshot, memoryChoice);
  if (event.length > maxEventBytes + LIMITS.sizeToleranceBytes) {
    throw new PlatformError(
      'event_too_large',
      `an asynchronous event may have ${maxEventBytes} bytes, this one has ${event.length}`,
    );
  }
  const { maxRetries, maxAgeSeconds, onSuccess, onFailure, statusLog } = catalog.asyncConfig(snapshot, alias);
  const attributes: AsyncAttributes = {
    urn: formatUrn(urn),
    functionId: snapshot.functionId,
    maxRetries,
    memoryChoice,
    toAdditional,
    onSuccess,
    onFailure,
    chain: chain ?? [],
    depth,
    traceparent: call.traceparent ?? traceparentIn(call.headers),
    statusLog,
    redriveOf,
  };
  const message = {
    id: call.requestId,
    topic: ASYNC_TOPIC,
    group: functionKeyOf(snapshot),
    payload: event,
    attributes: writeAttributes(attributes),
    expiresAt: clock.now() + maxAgeSeconds * 1000,
  };
  return { message, attributes };
}
