import type { Outlook } from '../../instances/index.ts';

/**
 * What the second node must have for a call: a free slot; room for an instance that it starts for the call; or instances
 * in use, for one of which the call waits there.
 */
export type Claim = 'slot' | 'start' | 'wait';

/** What another node reported about itself and one launch spec key. */
export interface Candidate {
  readonly node: string;
  readonly idle: number;
  readonly busy: number;
  readonly waiting: number;
  readonly roomMb: number;
}

export type Choice =
  | { readonly kind: 'here' }
  /** Whether an instance may start here is to be learned first: otherwise the request waits where instances are. */
  | { readonly kind: 'ask' }
  /** Other servers have the limit, and none of them is known to have an instance yet: choose again a little later. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'there'; readonly node: string; readonly claim: Claim };

export interface ChoiceSnapshot {
  /** For a request without a free slot here. */
  readonly here: Outlook;
  readonly others: readonly Candidate[];
  /** The share of the limit was asked for, and is not known to have grown. */
  readonly hasRequested: boolean;
  /** The share of the limit does not grow, since this server does not reach the database: that of another one may. */
  readonly isFixed: boolean;
  /** Memory size of an instance. */
  readonly memoryMb: number;
}

const HERE: Choice = { kind: 'here' };

/** Whether a node has what a claim asks for, when it has no free slot. */
export function meets(claim: Claim, outlook: Outlook): boolean {
  if (claim === 'slot') return false;
  if (outlook === 'start' || outlook === 'soon' || outlook === 'part') return true;
  return claim === 'wait' && outlook !== 'none' && outlook !== 'taken';
}

/**
 * Where a request goes that has no free slot here: a free slot elsewhere, an instance that starts here, one that starts
 * elsewhere, or a wait where the function has instances. No instance starts elsewhere for a request that only the limit of
 * instances keeps from starting one here, since the limit counts on all nodes, unless this node alone cannot get more of
 * it. While others have the limit, a request that waited here would not be served by any of them. Of the nodes that have
 * the same to offer, two are picked at random and the better one is taken: the best one would be everybody's choice until
 * its next report.
 */
export function choose(
  { here, others, hasRequested, isFixed, memoryMb }: ChoiceSnapshot,
  random: () => number,
): Choice {
  if (here === 'brief') return HERE;
  const idle = better(
    others.filter((one) => one.idle > 0),
    (one) => one.idle,
    random,
  );
  if (idle !== undefined) return { kind: 'there', node: idle.node, claim: 'slot' };
  if (here === 'start' || here === 'soon' || (here === 'limit' && !isFixed)) return HERE;
  if (here === 'part' && !hasRequested && !isFixed) return { kind: 'ask' };
  const isLimited = here === 'taken' || here === 'part';
  // room elsewhere is of no use without a part of the limit
  const roomy = better(
    isLimited && !isFixed ? [] : others.filter((one) => one.roomMb >= memoryMb),
    (one) => one.roomMb,
    random,
  );
  if (roomy !== undefined) return { kind: 'there', node: roomy.node, claim: 'start' };
  if (here === 'full' || here === 'limit') return HERE;
  const busy = better(
    others.filter((one) => one.busy > 0),
    (one) => -one.waiting / one.busy,
    random,
  );
  if (busy !== undefined) return { kind: 'there', node: busy.node, claim: 'wait' };
  return isLimited ? { kind: 'hold' } : HERE;
}

function better(
  candidates: readonly Candidate[],
  worth: (candidate: Candidate) => number,
  random: () => number,
): Candidate | undefined {
  const first = candidates[Math.floor(random() * candidates.length)];
  if (first === undefined || candidates.length === 1) return first;
  const rest = candidates.filter((one) => one !== first);
  const second = rest[Math.floor(random() * rest.length)];
  return second === undefined || worth(first) >= worth(second) ? first : second;
}
