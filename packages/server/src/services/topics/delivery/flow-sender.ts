import { parseFlowUrn } from '@funcgraph/api';
import { type DeliveryResult, refusal } from '../../../invocation/index.ts';
import { idOf } from '../../../lib/ids.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { functionEvent } from './function-event.ts';
import { depthRefusal } from './function-sender.ts';
import type { Sender } from './notifier.ts';

/**
 * Starts a run of a flow unless this run was started before. On disk when it resolves. Throws `flow_not_found` and the
 * quotas of runs.
 */
export type StartFlow = (request: {
  readonly projectId: string;
  readonly urn: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly runId: string;
  readonly startedBy: string;
  /** Functions that ran one after another until then. */
  readonly depth: number;
  readonly traceparent: string | undefined;
}) => Promise<void>;

export interface FlowSenderDeps {
  readonly startFlow: StartFlow;
  readonly region: string;
}

/** Too many requests, and no storage left: both may pass. */
const PASSING: ReadonlySet<number> = new Set([429, 507]);

/** Starts a run of a flow, with the event as its input. */
export function flowSender({ startFlow, region }: FlowSenderDeps): Sender {
  return {
    async send({ id, message, target }): Promise<DeliveryResult> {
      const { endpoint, topicName, protocol, projectId } = target;
      const refused = depthRefusal(message.depth);
      if (refused !== undefined) return refused;
      const runId = idOf(id);
      const functionName = parseFlowUrn(endpoint)?.name ?? '';
      // the same for each attempt: a repeated start must have the same input
      const at = message.publishedAt;
      const names = { region, topicName, protocol, target: endpoint, functionName, requestId: runId, now: at };
      const input = functionEvent(message, names);
      try {
        const { depth, content } = message;
        const { traceparent } = content;
        await startFlow({ projectId, urn: endpoint, input, runId, startedBy: topicName, depth, traceparent });
        return { kind: 'delivered', note: { requestId: runId }, messages: [] };
      } catch (error) {
        if (error instanceof PlatformError && PASSING.has(error.spec.status)) {
          return { kind: 'failed', message: error.message };
        }
        return refusal(error);
      }
    },
    confirm: () => Promise.reject(new Error('flows need no confirmation')),
  };
}
