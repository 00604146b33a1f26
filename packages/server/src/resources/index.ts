import type { All } from '../ingress/index.ts';
import { applications } from './applications/index.ts';
import { deployments } from './deployments/index.ts';
import { flowTemplates } from './flow-templates/index.ts';
import type { Resource, ResourceDeps } from './resource.ts';
import { tags } from './tags/index.ts';
import { testEvents } from './test-events/index.ts';

/** A new resource is one folder and one line here. */
const RESOURCES = [applications, deployments, flowTemplates, tags, testEvents] as const satisfies readonly ((
  deps: ResourceDeps,
) => Resource)[];

type ResourceHandlers = All<ReturnType<(typeof RESOURCES)[number]>['handlers']>;

export function makeResources(deps: ResourceDeps): { readonly handlers: ResourceHandlers; start(): Promise<void> } {
  const made: Resource[] = RESOURCES.map((make) => make(deps));
  return {
    handlers: Object.assign({}, ...made.map(({ handlers }) => handlers)) as ResourceHandlers,
    async start() {
      for (const resource of made) await resource.start?.();
    },
  };
}
