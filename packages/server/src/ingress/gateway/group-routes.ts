import { type Group, type LiveGateway, type Release, segmentsOf } from '../../services/index.ts';
import { type RouteMatch, type RouteSpec, RouteTree } from './route-tree.ts';

/** The published APIs of groups by route, always up to date with those in memory. */
export class GroupRoutes {
  readonly #live: LiveGateway;
  readonly #trees = new Map<string, RouteTree<Release>>();

  constructor(live: LiveGateway) {
    this.#live = live;
    live.followReleases((after, before) => this.#follow(after, before));
  }

  /** The group that serves requests with this Host header. */
  groupOf(host: string | undefined): Group | undefined {
    return this.#live.groupOf(host);
  }

  /** `path` in its canonical form. */
  find(groupId: string, path: string, method: string, stage: string): RouteMatch<Release> | undefined {
    return this.#trees.get(groupId)?.find(path, method, stage);
  }

  #follow(after: Release | undefined, before: Release | undefined): void {
    if (before !== undefined) {
      const tree = this.#trees.get(before.groupId);
      tree?.remove(specOf(before), before);
      if (tree?.isEmpty === true) this.#trees.delete(before.groupId);
    }
    if (after === undefined) return;
    const tree = this.#trees.get(after.groupId) ?? new RouteTree<Release>();
    this.#trees.set(after.groupId, tree);
    tree.add(specOf(after), after);
  }
}

function specOf({ stage, definition: { path, below, method } }: Release): RouteSpec {
  return { segments: segmentsOf(path), below, method, environment: stage };
}
