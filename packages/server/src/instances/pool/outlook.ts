import type { LimitShare } from '../../cluster/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import type { FunctionGroup, Waiter } from './function-group.ts';
import { type PlacementSnapshot, place } from './placement.ts';
import { needsShare, type PoolView, placementSnapshot } from './pool-view.ts';

/**
 * What a request without a free slot can expect here. `brief`: lanes of very short requests, sooner than another node
 * could answer; `start`: an instance may start at once, or as soon as the share of the limit has grown; `soon`: an instance
 * starts already, or will be free before a new one could be ready; `full`: it waits for an instance in use; `limit`: so
 * too, and no other node may start more; `part`: the function has no instance here, and its share of the limit allows one
 * only if it grows; `taken`: no instance here, and the limit is used up; `none`: the function has no instance here and may
 * start none.
 */
export type Outlook = 'brief' | 'start' | 'soon' | 'full' | 'limit' | 'part' | 'taken' | 'none';

/** Decides as `place` would for a request that waits now, and changes nothing. */
export function outlookOf(
  view: PoolView & { readonly share: LimitShare | undefined },
  group: FunctionGroup,
  { spec, laneBytes }: Pick<Waiter, 'spec' | 'laneBytes'>,
  now: number,
): Outlook {
  const { share } = view;
  const snapshotOf = (seen: PoolView): PlacementSnapshot => {
    const snapshot = placementSnapshot(seen, group, { spec, laneBytes, since: now }, now);
    return { ...snapshot, waiting: snapshot.waiting + 1 };
  };
  // what the share lacks is asked for when the request waits here
  const hopeful = share && { of: (key: string, limit: number): number => share.couldBe(key, limit) };
  const snapshot = snapshotOf({ ...view, share: hopeful });
  if (snapshot.lanesAreFull) return 'brief';
  const placement = place(snapshot);
  const hasInstances = snapshot.serving > 0 || snapshot.starting > 0;
  if (placement.kind === 'start' || placement.kind === 'reuse') {
    if (hasInstances || !needsShare(view, spec)) return 'start';
    // an idle instance of another version may give its part
    const without = place(snapshotOf(view));
    return without.kind === 'wait' && without.why === 'limit' ? 'part' : 'start';
  }
  const isLimited = placement.kind === 'wait' && placement.why === 'limit';
  if (!hasInstances) return isLimited ? 'taken' : 'none';
  if (isLimited) return 'limit';
  return placement.kind === 'wait' && placement.why === 'turn' ? 'soon' : 'full';
}

/** The instances of one launch spec key, for other nodes. */
export interface KeyOffer {
  /** Requests that would be served at once. */
  readonly idle: number;
  readonly busy: number;
  readonly waiting: number;
}

/** What this server has for requests of other nodes. */
export interface Offer {
  readonly keys: ReadonlyMap<string, KeyOffer>;
  /** MB for more instances; 0 when no more may start now. */
  readonly roomMb: number;
}

export function offerOf({ groups, memory, startsUnderWay, limits }: PoolView): Offer {
  const keys = new Map<string, { idle: number; busy: number; waiting: number }>();
  const of = ({ key }: LaunchSpec): { idle: number; busy: number; waiting: number } => {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const offer = { idle: 0, busy: 0, waiting: 0 };
    keys.set(key, offer);
    return offer;
  };
  for (const group of groups.values()) {
    for (const instance of group.instances) {
      const offer = of(instance.spec);
      offer.busy += instance.inFlight;
      if (instance.hasRoom) offer.idle += instance.spec.concurrency - instance.inFlight;
    }
    for (const waiter of group.waiters) of(waiter.spec).waiting += 1;
  }
  return { keys, roomMb: startsUnderWay < limits.maxStarts ? Math.max(memory.freeMb, 0) : 0 };
}
