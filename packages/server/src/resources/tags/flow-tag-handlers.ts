import { LIMITS } from '@funcgraph/api';
import type { Flow, Flows } from '../../flows/index.ts';
import { DEFAULT_ENTERPRISE_PROJECT, type Iam } from '../../iam/index.ts';
import { FlowAccess, type Handlers } from '../../ingress/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkTags, refuseRepeatedKeys } from './check-tags.ts';
import { tagsOf } from './handlers.ts';
import type { TagStore } from './tag-store.ts';
import { overQuota } from './tags.ts';

type Ids = 'createWorkflowTags' | 'deleteWorkflowTags' | 'listWorkflowTags' | 'listTaggedWorkflows';

export interface FlowTagDeps {
  readonly iam: Iam;
  readonly flows: Flows;
  readonly store: TagStore;
  readonly region: string;
}

/** Tags of flows, with the form and the limits of those of functions. */
export function flowTagHandlers({ iam, flows, store, region }: FlowTagDeps): Handlers<Ids> {
  const access = new FlowAccess({ iam, flows, region });
  return {
    async createWorkflowTags(request) {
      const flow = await access.find(request, 'createTags');
      const tags = tagsOf(request.body, 'create').map(({ key, value = '' }) => ({ key, value }));
      checkTags(tags);
      refuseRepeatedKeys(tags);
      const outcome = await store.put(flow.id, tags, LIMITS.tagsPerFunction);
      if (outcome === 'quota') throw overQuota(`flow ${flow.name}`);
      if (outcome === 'deleted') throw new PlatformError('flow_not_found', `the project has no flow ${flow.name}`);
      return {};
    },

    async deleteWorkflowTags(request) {
      const flow = await access.find(request, 'deleteTags');
      const tags = tagsOf(request.body, 'delete');
      checkTags(tags);
      await store.remove(flow.id, tags);
      return {};
    },

    async listWorkflowTags(request) {
      const flow = await access.find(request, 'listTags');
      return { tags: await store.list(flow.id), sys_tags: systemTagsOf(flow) };
    },

    async listTaggedWorkflows(request) {
      const { project_id } = request.params;
      const byFlow = await store.ofProject(project_id);
      const found = (await flows.list(project_id)).filter((flow) => access.allows(request, 'listTags', flow));
      return {
        workflows: found.flatMap((flow) => {
          const tags = byFlow.get(flow.id);
          if (tags === undefined) return [];
          return [{ id: flow.id, name: flow.name, workflow_urn: access.urn(flow), tags: [...tags] }];
        }),
      };
    },
  };
}

function systemTagsOf({ enterpriseProjectId }: Flow) {
  return [{ key: '_sys_enterprise_project_id', value: enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT }];
}
