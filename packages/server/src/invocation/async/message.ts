import type { Catalog, Destination } from '../../control/index.ts';
import { traceparentOrNothing } from '../../domain/traceparent.ts';
import type { JsonObject, MessageSummary } from '../../queue/index.ts';

export const ASYNC_TOPIC = 'async';

/** Attributes of an accepted async invocation besides its event. Later changes of settings do not affect them. */
export interface AsyncAttributes {
  readonly urn: string;
  /** Another function that takes the name meanwhile gets nothing of it. Absent from messages of an older release. */
  readonly functionId?: string | undefined;
  readonly maxRetries: number;
  readonly memoryChoice: string | undefined;
  /** The choice of an alias with two versions; each attempt uses the same. */
  readonly toAdditional: boolean;
  readonly onSuccess?: Destination | undefined;
  readonly onFailure?: Destination | undefined;
  /** Functions whose outcomes led to this invocation, in order. Never taken from user input. */
  readonly chain?: readonly string[];
  /** See `InvocationRequest`. */
  readonly depth?: number | undefined;
  /** Of the caller that began the trace. Valid. */
  readonly traceparent?: string | undefined;
  readonly statusLog?: boolean;
  /** Id of the dead letter that it replaces. */
  readonly redriveOf?: string | undefined;
}

export function writeAttributes(attributes: AsyncAttributes): JsonObject {
  const { urn, maxRetries, memoryChoice, toAdditional, onSuccess, onFailure, chain = [] } = attributes;
  return {
    urn,
    ...(attributes.functionId === undefined ? {} : { functionId: attributes.functionId }),
    maxRetries,
    memoryChoice: memoryChoice ?? null,
    ...(toAdditional ? { toAdditional } : {}),
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(chain.length === 0 ? {} : { chain }),
    ...(attributes.depth === undefined || attributes.depth === 0 ? {} : { depth: attributes.depth }),
    ...(attributes.traceparent === undefined ? {} : { traceparent: attributes.traceparent }),
    ...(attributes.statusLog === true ? { statusLog: true } : {}),
    ...(attributes.redriveOf === undefined ? {} : { redriveOf: attributes.redriveOf }),
  };
}

/** Throws when the stored object was not made by `writeAttributes`. */
export function readAttributes(stored: JsonObject): AsyncAttributes {
  const { urn, maxRetries, memoryChoice } = stored;
  if (typeof urn !== 'string' || typeof maxRetries !== 'number')
    throw new Error('a queued message is not an async invocation');
  return {
    urn,
    functionId: textOrNothing(stored.functionId),
    maxRetries,
    memoryChoice: typeof memoryChoice === 'string' ? memoryChoice : undefined,
    toAdditional: stored.toAdditional === true,
    onSuccess: readDestination(stored.onSuccess),
    onFailure: readDestination(stored.onFailure),
    chain: readChain(stored.chain),
    depth: readDepth(stored.depth),
    traceparent: traceparentOrNothing(stored.traceparent),
    statusLog: stored.statusLog === true,
    redriveOf: textOrNothing(stored.redriveOf),
  };
}

/** Whether the function of an invocation or a delivery was deleted and another one has its name now. */
export function isOfReplaced(
  catalog: Pick<Catalog, 'isReplaced'>,
  { group, attributes }: Pick<MessageSummary, 'group' | 'attributes'>,
): boolean {
  const functionId = textOrNothing(attributes.functionId);
  return functionId !== undefined && catalog.isReplaced(group, functionId);
}

export function readDestination(stored: unknown): Destination | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { destination, param, setBy } = stored as Record<string, unknown>;
  if (typeof destination !== 'string' || typeof param !== 'string') return undefined;
  const setter = readSetter(setBy);
  return { destination, param, ...(setter === undefined ? {} : { setBy: setter }) };
}

function readSetter(stored: unknown): Destination['setBy'] {
  const { kind, id } = Object(stored) as Record<string, unknown>;
  return (kind === 'user' || kind === 'agency') && typeof id === 'string' ? { kind, id } : undefined;
}

export function readChain(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter((hop) => typeof hop === 'string') : [];
}

export function readDepth(stored: unknown): number | undefined {
  return Number.isSafeInteger(stored) ? (stored as number) : undefined;
}

export function textOrNothing(stored: unknown): string | undefined {
  return typeof stored === 'string' ? stored : undefined;
}
