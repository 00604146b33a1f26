import { LIMITS } from '@funcgraph/api';
import type { Json } from '@funcgraph/flow';
import { depthOfCall } from '../../../domain/call-depth.ts';
import { readEventAddress } from '../../../domain/event-address.ts';
import { traceparentIn } from '../../../domain/traceparent.ts';
import { type AsyncInvocations, checkDepth } from '../../../invocation/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { idOf } from '../../../lib/ids.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { takesType } from '../../../triggers/index.ts';
import type { BodyBudget } from '../../bodies/body-budget.ts';
import { bodyClaims } from '../../bodies/body-claims.ts';
import { eventTooLarge, readBody } from '../../bodies/read-body.ts';
import type { UploadWatch } from '../../bodies/upload-watch.ts';
import type { Clients } from '../../clients/clients.ts';
import type { AnyAnswer } from '../../plain/plain-answer.ts';
import type { AnyRequest } from '../../plain/plain-request.ts';
import type { FunctionAnswer } from '../answer.ts';
import type { FlowCallDeps } from '../flow-call.ts';
import { notPublished } from '../refusal.ts';
import { type CloudEvent, formOf, readCloudEvent } from './cloud-event.ts';
import { checkProof, readProof, refused } from './proof.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

export interface EventDoorDeps extends Pick<FlowCallDeps, 'flows' | 'runs'> {
  readonly webhooks: Webhooks;
  readonly async: Pick<AsyncInvocations, 'accept'>;
  readonly bodies: BodyBudget;
  readonly clients: Clients;
  readonly clock: Clock;
}

interface Accepted {
  readonly event: Buffer;
  readonly requestId: string;
  readonly depth: number | undefined;
  readonly traceparent: string | undefined;
}

interface Sending {
  readonly expectsContinue: boolean;
  readonly watch: UploadWatch | undefined;
}

/** Event webhooks: a CloudEvent that a sender posts becomes an asynchronous invocation, or a run of a flow. */
export class EventDoor {
  readonly #deps: EventDoorDeps;

  constructor(deps: EventDoorDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the event is stored. Refuses unknown triggers and unproven senders alike, before the body is read
   * unless the proof is a signature over it.
   */
  async receive(request: AnyRequest, response: AnyAnswer, sending: Sending): Promise<FunctionAnswer> {
    const { webhooks, clock } = this.#deps;
    const { headersDistinct: headers } = request;
    const id = readEventAddress(request.url ?? '');
    if (id === undefined || request.method !== 'POST') throw notPublished();
    const proof = readProof(headers, clock.now());
    const key = webhooks.keyOf(id);
    if (proof.kind === 'secret') {
      checkProof(proof, key, NOTHING);
      this.#admit(this.#find(id));
    }
    const form = formOf(headers);
    if (proof.kind === 'signature' && form === 'binary') throw unsigned();
    const body = await this.#read(id, request, response, sending);
    if (proof.kind === 'signature') {
      checkProof(proof, key, body);
      this.#admit(this.#find(id));
    }
    // it may have been changed while the body came
    const webhook = this.#find(id);
    if (!webhook.active) throw disabled();
    const event = readCloudEvent(form, headers, body);
    if (!takesType(webhook.settings, event.type)) return { statusCode: 204, headers: [], body: NOTHING };
    return this.#accept(webhook, event, request);
  }

  /** Throws `event_refused`: only now, so that an unknown trigger is refused at the same place as a wrong secret. */
  #find(id: string): Webhook {
    const webhook = this.#deps.webhooks.find(id);
    if (webhook === undefined) throw refused();
    return webhook;
  }

  #admit(webhook: Webhook): void {
    const { webhooks, clock } = this.#deps;
    if (!webhook.active) throw disabled();
    if (!webhooks.admits(webhook, clock.monotonic())) {
      throw new PlatformError('event_rate', 'The event webhook receives too many events; try again later.');
    }
  }

  #read(id: string, request: AnyRequest, response: AnyAnswer, sending: Sending): Promise<Buffer> {
    const { bodies, clients } = this.#deps;
    return readBody(request, response, {
      ...sending,
      limitBytes: LIMITS.asyncEventBytes,
      tooLarge: eventTooLarge,
      room: () => bodies.open(bodyClaims(`events/${id}`, clients.clientOf(request))),
    });
  }

  /** Throws `event_refused`, `chain_too_long`, `resource_exists` for a repeated event with other content, and the quotas of runs. */
  async #start(
    { flowId, triggerName }: Extract<Webhook['target'], { kind: 'flow' }>,
    { event, requestId: runId, depth, traceparent }: Accepted,
  ): Promise<void> {
    const { flows, runs } = this.#deps;
    checkDepth(depth);
    const flow = await flows.flow(flowId);
    // deleted a moment ago
    if (flow === undefined) throw refused();
    await runs.start({
      flow,
      input: JSON.parse(event.toString('utf8')) as Json,
      headers: {},
      runId,
      startedBy: triggerName,
      traceparent,
      ...(depth === undefined ? {} : { chainDepth: depth }),
    });
  }

  /** A repeated event has the id of the first one, and the queue stores it once. */
  async #accept({ id, target }: Webhook, event: CloudEvent, request: AnyRequest): Promise<FunctionAnswer> {
    const { resident } = this.#deps.clients.clientOf(request);
    const depth = resident === undefined ? undefined : depthOfCall(undefined, resident.depths());
    const requestId = idOf(JSON.stringify(['event', id, event.source, event.id]));
    const accepted = { event: event.json, requestId, depth, traceparent: traceparentIn(request.headers) };
    if (target.kind === 'function') await this.#deps.async.accept({ urn: target.urn, ...accepted });
    else await this.#start(target, accepted);
    const body = Buffer.from(JSON.stringify({ request_id: requestId }));
    return { statusCode: 202, headers: [['Content-Type', 'application/json; charset=utf-8']], body };
  }
}

const NOTHING = Buffer.alloc(0);

function disabled(): PlatformError {
  return new PlatformError('event_trigger_disabled', 'The trigger of this event webhook is disabled.', {
    hint: 'fgs triggers enable',
  });
}

/** Otherwise anyone who reads a signed event could send it with another type or id. */
function unsigned(): PlatformError {
  return new PlatformError(
    'event_format',
    'A signature does not cover headers, and this event has its attributes there.',
    {
      hint: 'Sign an event of Content-Type application/cloudevents+json, or send the secret as Authorization: Bearer.',
    },
  );
}
