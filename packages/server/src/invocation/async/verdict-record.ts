import { parseUrn } from '@funcgraph/api';
import type { InvocationResult } from '../types.ts';
import { hopOf } from './chain.ts';
import type { AsyncAttributes } from './message.ts';
import type { Ending } from './outcome-event.ts';
import type { Verdict } from './retry-policy.ts';

export type Outcome = InvocationResult | { readonly thrown: unknown };
type End = Extract<Verdict, { kind: 'ack' | 'kill' }>;

/** What is stored with the message. */
export function recordOf(verdict: End): { code: number; message: string; reason?: string } {
  if (verdict.kind === 'ack') return { code: 0, message: '' };
  return { code: verdict.code, message: verdict.message, reason: verdict.reason };
}

/** For the receiver of the result. */
export function endingOf(verdict: End, outcome: Outcome): Ending {
  if (verdict.kind === 'kill' && verdict.reason === 'refused') return { kind: 'refused', message: verdict.message };
  if (!('thrown' in outcome)) return { kind: verdict.kind === 'ack' ? 'ok' : 'failed', result: outcome.payload };
  const errorMessage = verdict.kind === 'kill' ? verdict.message : '';
  return { kind: 'failed', result: Buffer.from(JSON.stringify({ errorMessage, errorType: 'InternalFailure' })) };
}

/** URN of the version that ran, otherwise as it was called. */
export function urnOf(attributes: AsyncAttributes, outcome?: Outcome): string {
  if (outcome !== undefined && !('thrown' in outcome)) return outcome.receipt.function_urn;
  const urn = parseUrn(attributes.urn);
  return urn === undefined ? attributes.urn : hopOf(urn);
}
