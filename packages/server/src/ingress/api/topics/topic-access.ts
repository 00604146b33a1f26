import { formatFlowUrn, parseFlowUrn, parseSubscriptionUrn, parseTopicUrn, parseUrn } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import type { Catalog } from '../../../control/index.ts';
import type { Flows } from '../../../flows/index.ts';
import type { Iam } from '../../../iam/index.ts';
import { resolve } from '../../../invocation/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Subscription, Subscriptions, Topic, Topics } from '../../../services/index.ts';
import { NamedAccess, type NamedRequest } from '../named-access.ts';

export interface TopicAccessDeps {
  readonly iam: Iam;
  readonly topics: Topics;
  readonly subscriptions: Subscriptions;
  readonly catalog: Catalog;
  readonly flows: Pick<Flows, 'flowByUrn'>;
  readonly region: string;
}

/** Finds topics for requests and decides about each. A policy names a topic as `topic:<name>`. */
export class TopicAccess extends NamedAccess {
  readonly #deps: TopicAccessDeps;

  constructor(deps: TopicAccessDeps) {
    super(deps.iam, 'smn:topic');
    this.#deps = deps;
  }

  /** A topic of the project in the path. Throws `forbidden`, `topic_not_found`. */
  async topic(request: NamedRequest, text: string, right: string): Promise<Topic> {
    const { topics, region } = this.#deps;
    const projectId = request.params.project_id;
    const urn = parseTopicUrn(text);
    if (urn === undefined || urn.projectId !== projectId || urn.region !== region) {
      throw new PlatformError('topic_not_found', `the project has no topic ${text.slice(0, 255)}`, {
        hint: `Form: urn:smn:${region}:${projectId}:<name>`,
      });
    }
    this.authorize(request, right, urn.name);
    return topics.find(projectId, urn.name);
  }

  /** A subscription of the project in the path. Throws `forbidden`, `subscription_not_found`. */
  async subscription(request: NamedRequest, text: string, right: string): Promise<Subscription> {
    const { subscriptions, region } = this.#deps;
    const projectId = request.params.project_id;
    const urn = parseSubscriptionUrn(text);
    if (urn === undefined || urn.projectId !== projectId || urn.region !== region) throw noSubscription(text);
    this.authorize(request, right, urn.name);
    const found = await subscriptions.find(projectId, urn.subscriptionId);
    if (found.topicName !== urn.name) throw noSubscription(text);
    return found;
  }

  /**
   * A topic starts functions and flows only of its project, and only if who subscribes them may start them. Throws
   * `invalid_subscription`, `forbidden` and the errors of unknown functions and flows.
   */
  async checkTarget(request: NamedRequest, { protocol, endpoint }: Pick<Subscription, 'protocol' | 'endpoint'>) {
    if (protocol === 'flow') await this.#checkFlow(request, endpoint);
    if (protocol === 'functiongraph' || protocol === 'functionstage') this.#checkFunction(request, endpoint);
  }

  #checkFunction({ caller, peer, params }: NamedRequest, endpoint: string): void {
    const { iam, catalog } = this.#deps;
    const projectId = params.project_id;
    const urn = parseUrn(endpoint);
    if (urn?.projectId !== projectId) {
      throw new PlatformError('invalid_subscription', 'endpoint: the function must be in the project of the topic');
    }
    const fn = { package: urn.package, name: urn.name };
    iam.authorize(caller, { action: 'functiongraph:function:invokeAsync', projectId, fn, peer });
    if (languageOf(resolve(catalog, urn).runtime)?.id !== 'http') return;
    throw new PlatformError('invalid_subscription', 'endpoint: an HTTP function cannot be invoked asynchronously', {
      hint: 'Put an event function in front of it, or subscribe its address with http.',
    });
  }

  async #checkFlow({ caller, peer, params }: NamedRequest, endpoint: string): Promise<void> {
    const { iam, flows, region } = this.#deps;
    const projectId = params.project_id;
    const urn = parseFlowUrn(endpoint);
    if (urn?.projectId !== projectId) {
      throw new PlatformError('invalid_subscription', 'endpoint: the flow must be in the project of the topic');
    }
    const flow = await flows.flowByUrn(projectId, formatFlowUrn({ ...urn, region }));
    iam.authorize(caller, {
      action: 'functiongraph:workflow:invoke',
      projectId,
      path: `default/${urn.name}`,
      ...(flow === undefined ? {} : { enterpriseProjectId: flow.enterpriseProjectId }),
      peer,
    });
    if (flow === undefined) throw new PlatformError('flow_not_found', `the project has no flow ${urn.name}`);
  }
}

function noSubscription(text: string): PlatformError {
  return new PlatformError('subscription_not_found', `the project has no subscription ${text.slice(0, 300)}`);
}
