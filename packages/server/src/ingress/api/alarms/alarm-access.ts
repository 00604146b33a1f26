import { parseFlowUrn, parseTopicUrn, parseUrn } from '@funcgraph/api';
import type { Catalog } from '../../../control/index.ts';
import type { Flows } from '../../../flows/index.ts';
import type { Iam } from '../../../iam/index.ts';
import { resolve } from '../../../invocation/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { AlarmTarget, Topics } from '../../../services/index.ts';
import { NamedAccess, type NamedRequest } from '../named-access.ts';

export interface AlarmAccessDeps {
  readonly iam: Iam;
  readonly topics: Pick<Topics, 'find'>;
  readonly catalog: Catalog;
  readonly flows: Pick<Flows, 'flowByUrn'>;
  readonly region: string;
}

/** Decides about alarm rules, and about the metrics and topics that they use. A policy names a rule as `alarm:<name>`. */
export class AlarmAccess extends NamedAccess {
  readonly #deps: AlarmAccessDeps;

  constructor(deps: AlarmAccessDeps) {
    super(deps.iam, 'functiongraph:alarm');
    this.#deps = deps;
  }

  /**
   * A rule shows metrics of its target, so its creator needs the right to read them. Throws `invalid_alarm`, `forbidden`
   * and the errors of unknown functions and flows.
   */
  async target(request: NamedRequest, text: string): Promise<AlarmTarget> {
    const projectId = request.params.project_id;
    const urn = parseUrn(text);
    if (urn?.projectId === projectId) return this.#function(request, urn);
    if (parseFlowUrn(text)?.projectId === projectId) return this.#flow(request, text);
    throw new PlatformError(
      'invalid_alarm',
      `target_urn: ${text.slice(0, 200)} is no function or flow of the project`,
      {
        hint: 'Form: urn:fss:<region>:<project>:function:<package>:<name>[:<version>|:!<alias>]',
      },
    );
  }

  /** Topics of the project that the caller may publish to. Throws `invalid_alarm`, `forbidden`, `topic_not_found`. */
  async checkTopics({ caller, peer, params }: NamedRequest, urns: readonly string[]): Promise<void> {
    const { iam, topics, region } = this.#deps;
    const projectId = params.project_id;
    for (const text of urns) {
      const urn = parseTopicUrn(text);
      if (urn?.projectId !== projectId || urn.region !== region) {
        throw new PlatformError('invalid_alarm', `topic_urns: ${text.slice(0, 200)} is no topic of the project`);
      }
      iam.authorize(caller, { action: 'smn:topic:publish', projectId, path: urn.name, peer });
      await topics.find(projectId, urn.name);
    }
  }

  #function({ caller, peer }: NamedRequest, urn: NonNullable<ReturnType<typeof parseUrn>>): AlarmTarget {
    const { iam, catalog } = this.#deps;
    const { projectId, package: pkg, name, qualifier } = urn;
    const fn = { package: pkg, name };
    iam.authorize(caller, { action: 'functiongraph:function:getStatistics', projectId, fn, peer });
    const { functionId } = resolve(catalog, urn);
    const target = { kind: 'function', functionId, ...fn } as const;
    if (qualifier === undefined) return target;
    return qualifier.kind === 'alias' ? { ...target, alias: qualifier.name } : { ...target, version: qualifier.name };
  }

  async #flow({ caller, peer, params }: NamedRequest, text: string): Promise<AlarmTarget> {
    const { iam, flows } = this.#deps;
    const projectId = params.project_id;
    const name = parseFlowUrn(text)?.name ?? '';
    const flow = await flows.flowByUrn(projectId, text);
    iam.authorize(caller, {
      action: 'functiongraph:workflow:get',
      projectId,
      path: `default/${name}`,
      ...(flow === undefined ? {} : { enterpriseProjectId: flow.enterpriseProjectId }),
      peer,
    });
    if (flow === undefined) throw new PlatformError('flow_not_found', `the project has no flow ${name}`);
    return { kind: 'flow', flowId: flow.id, name };
  }
}
