import { parseUrn } from '@funcgraph/api';
import { MAX_DEPTH } from '../../../domain/call-depth.ts';
import {
  type Accepting,
  type AsyncCall,
  acceptedMessage,
  type DeliveryResult,
  queueRefusal,
  refusal,
} from '../../../invocation/index.ts';
import { idOf } from '../../../lib/ids.ts';
import type { Queue } from '../../../queue/index.ts';
import { functionEvent } from './function-event.ts';
import type { Sender } from './notifier.ts';

export interface FunctionSenderDeps {
  readonly accepting: Accepting;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly region: string;
  readonly now: () => number;
}

/** Why a message may start nothing any more; undefined when it may. */
export function depthRefusal(depth: number): DeliveryResult | undefined {
  if (depth < MAX_DEPTH) return undefined;
  const message = `${depth} functions ran one after another, each started by a message of the one before`;
  return { kind: 'undeliverable', reason: 'long_chain', message };
}

type Call = Pick<AsyncCall, 'urn' | 'event' | 'requestId' | 'depth' | 'traceparent'>;

/** Invokes a function asynchronously. The event is stored once, whatever the number of attempts. */
export function functionSender({ accepting, queue, region, now }: FunctionSenderDeps): Sender {
  async function invoke(call: Call): Promise<DeliveryResult> {
    try {
      await queue.enqueue(acceptedMessage(accepting, call).message);
      return { kind: 'delivered', note: { requestId: call.requestId }, messages: [] };
    } catch (error) {
      return refusal(queueRefusal(error));
    }
  }
  return {
    async send({ id, message, target: { endpoint, topicName, protocol } }) {
      const urn = parseUrn(endpoint);
      if (urn === undefined) throw new Error(`${endpoint} is not the URN of a function`);
      const refused = depthRefusal(message.depth);
      if (refused !== undefined) return refused;
      const requestId = idOf(id);
      const names = { region, topicName, protocol, target: endpoint, functionName: urn.name, requestId, now: now() };
      const event = Buffer.from(JSON.stringify(functionEvent(message, names)));
      const { depth, content } = message;
      return invoke({ urn, event, requestId, depth, traceparent: content.traceparent });
    },
    confirm: () => Promise.reject(new Error('functions need no confirmation')),
  };
}
