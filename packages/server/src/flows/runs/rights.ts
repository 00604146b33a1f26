import type { FunctionUrn } from '@funcgraph/api';
import type { Flow, FlowPrincipal } from '../types.ts';

/** Whose rights the calls of a run have: those of the agency of the flow, otherwise of who saved it last. */
export interface FlowIdentity {
  readonly agency?: string;
  readonly savedBy: FlowPrincipal;
  /** Functions that ran one after another until something started the run; absent for 0. */
  readonly chainDepth?: number;
  /** Of the request that started the run: the calls of the run continue its trace. Valid. */
  readonly traceparent?: string;
}

type FlowTarget =
  | { readonly kind: 'function'; readonly urn: FunctionUrn }
  | { readonly kind: 'flow'; readonly flow: Pick<Flow, 'id' | 'name' | 'projectId' | 'enterpriseProjectId'> };

/** Rights of flows, from memory. */
export interface FlowRights {
  /** Why the identity may not call the function, or start the flow, now; undefined when it may. */
  refusal(identity: FlowIdentity, projectId: string, target: FlowTarget): string | undefined;
}
