import type { FunctionUrn } from '@funcgraph/api';
import type { Lease, StartFailed } from '../instances/index.ts';
import type { Claim } from './forwarding/choice.ts';
import type { InvocationRequest, InvocationResult } from './types.ts';

/** What a call that another node admitted needs here. */
export interface ClaimTarget {
  readonly urn: FunctionUrn;
  readonly functionId: string;
  readonly version: string;
  readonly alias: string;
  /** Of the launch spec: another code or configuration of the version has another one. */
  readonly key: string;
  readonly memoryMb: number;
  readonly claim: Claim;
  readonly laneBytes: number | undefined;
  /** Ms that it waited for the limits of its account. */
  readonly waitedMs: number;
  readonly signal: AbortSignal;
}

/** A slot, or the turn for one, that a call has before its event is read. One of both must be called. */
export interface Claimed {
  /** As `Invoker.invoke`, without a look at the limits of the account. */
  run(request: InvocationRequest): Promise<InvocationResult>;
  release(): void;
}

/** The first attempt of a claimed call. */
export interface ClaimedLease {
  readonly lease: Promise<Lease>;
  /** Every start that failed for it. */
  readonly failed: StartFailed[];
}
