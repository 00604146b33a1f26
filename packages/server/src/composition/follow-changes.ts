import type { Logger } from 'pino';
import type { Catalog } from '../control/index.ts';
import { type InstalledRuntimes, type Pool, type Prewarmed, waitingOn } from '../instances/index.ts';
import { functionKeyOf, isKeyOf, isStaleKey, runtimeLaunch, supervisorOf } from '../invocation/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import type { ControlParts } from './control-parts.ts';

export interface FollowDeps {
  readonly catalog: Catalog;
  readonly images: ControlParts['images'];
  readonly networks: ControlParts['networks'];
  readonly runtimes: InstalledRuntimes;
  readonly pool: Pool;
  readonly prewarmed: Prewarmed;
  readonly metrics: Pick<Telemetry['metrics'], 'forget'>;
  readonly log: Logger;
}

/**
 * How a change of a function affects instances: old ones end, runtimes are warmed, images may be removed. Metrics end
 * with their function.
 */
export function followChanges(deps: FollowDeps): void {
  const { catalog, images, networks, runtimes, pool, prewarmed, metrics, log } = deps;
  catalog.facts.on('function.updated', ({ snapshot, previous }) => {
    if (previous !== undefined) pool.retire(functionKeyOf(snapshot), (key) => isStaleKey(key, snapshot));
    if (previous?.image !== undefined && previous.image.id !== snapshot.image?.id) images.retire(previous.image.id);
    runtimes.launchPlan(supervisorOf(snapshot)).then(
      async (plan) => {
        const launch = runtimeLaunch(plan, snapshot.image);
        // the first call looks for the image again
        if (launch.rootfs !== undefined) await images.prefetch(launch.rootfs.path).catch(() => {});
        prewarmed.want(
          waitingOn(launch, networks.of(snapshot.surroundings, snapshot.projectId)),
          functionKeyOf(snapshot),
        );
      },
      (error: unknown) =>
        log.info({ runtime: snapshot.runtime, err: error }, 'a function has a runtime that is not installed'),
    );
  });
  // they finish their invocations, and others take their place
  catalog.facts.on('surroundings.changed', ({ snapshot }) =>
    pool.retire(functionKeyOf(snapshot), (key) => isKeyOf(key, snapshot)),
  );
  catalog.facts.on('version.deleted', ({ snapshot }) => {
    pool.retire(functionKeyOf(snapshot), (key) => isKeyOf(key, snapshot));
    if (snapshot.image !== undefined) images.retire(snapshot.image.id);
  });
  catalog.facts.on('function.deleted', (fact) => {
    pool.retire(functionKeyOf(fact), () => true);
    prewarmed.forget(functionKeyOf(fact));
    metrics.forget(functionKeyOf(fact)).catch((error: unknown) => {
      log.error({ functionId: fact.functionId, err: error }, 'metrics of a deleted function could not be removed');
    });
    for (const { image } of fact.snapshots) if (image !== undefined) images.retire(image.id);
  });
}
