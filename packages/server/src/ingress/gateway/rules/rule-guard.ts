import type { GatewayRules } from '@funcgraph/api';
import type { Peer } from '../../../iam/index.ts';
import { clientNetwork } from '../../../lib/client-network.ts';
import type { Clock } from '../../../lib/clock.ts';
import { NetworkSet } from '../../../lib/network-set.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { CallCounts, type Counter } from './call-counts.ts';

/** The rules of a published API. */
export interface RouteRules {
  readonly rules: GatewayRules;
  readonly projectId: string;
  readonly apiId: string;
  readonly stage: string;
  /** The method for which the request is a preflight, which the gateway answers. */
  readonly preflight?: string | undefined;
}

type Subject = keyof NonNullable<GatewayRules['throttle']>;

const PERIOD_MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const NO_ADDRESSES = { allow: undefined, deny: undefined };

/** Addresses and limits of APIs. One guard for all gateways of a server, which counts for itself. */
export class RuleGuard {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #counts = new CallCounts();
  readonly #networks = new WeakMap<GatewayRules, Record<'allow' | 'deny', NetworkSet | undefined>>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /**
   * Before the body is read. Of an API with authentication only the calls of proven callers count for its limit, which
   * `admitCaller` takes: others could use it up. Throws `gateway_address_refused`, `gateway_throttled`.
   */
  admit(route: RouteRules, peer: Peer, authenticated: boolean): void {
    this.admitAddress(route, peer);
    const caller = peer.resident?.functionKey ?? clientNetwork(peer.remoteAddress);
    const ofApi = countersOf(route, 'api', '');
    const ofCaller = countersOf(route, 'address', caller);
    const now = this.#clock.monotonic();
    if (!authenticated) {
      refuseFor(this.#counts.take(route.projectId, [...ofApi, ...ofCaller], now));
      return;
    }
    refuseFor(this.#counts.msToTokens(route.projectId, ofApi, now));
    refuseFor(this.#counts.take(route.projectId, ofCaller, now));
  }

  /** Of a proven caller. Throws `gateway_throttled`. */
  admitCaller(route: RouteRules, subject: 'app' | 'user', id: string): void {
    const counters = [...countersOf(route, 'api', ''), ...countersOf(route, subject, id)];
    refuseFor(this.#counts.take(route.projectId, counters, this.#clock.monotonic()));
  }

  /** A function that calls from its sandbox has no address. Throws `gateway_address_refused`. */
  admitAddress({ rules }: RouteRules, { remoteAddress: address = '' }: Peer): void {
    if (rules.ip === undefined) return;
    const { allow, deny } = this.#networksOf(rules);
    if (deny?.has(address) !== true && allow?.has(address) !== false) return;
    throw new PlatformError('gateway_address_refused', 'The API does not accept calls from this address.');
  }

  #networksOf(rules: GatewayRules): Record<'allow' | 'deny', NetworkSet | undefined> {
    const known = this.#networks.get(rules);
    if (known !== undefined) return known;
    const { allow = [], deny = [] } = rules.ip ?? NO_ADDRESSES;
    const made = { allow: setOf(allow), deny: setOf(deny) };
    this.#networks.set(rules, made);
    return made;
  }
}

const setOf = (networks: readonly string[]): NetworkSet | undefined =>
  networks.length === 0 ? undefined : new NetworkSet(networks);

function countersOf({ rules, apiId, stage }: RouteRules, subject: Subject, caller: string): Counter[] {
  const limit = rules.throttle?.[subject];
  if (limit === undefined) return [];
  const rate = { calls: limit.calls, periodMs: PERIOD_MS[limit.period] };
  return [{ limit: `${apiId} ${stage} ${subject}`, caller, rate }];
}

function refuseFor(waitMs: number): void {
  if (waitMs === 0) return;
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  throw new PlatformError('gateway_throttled', `Too many calls; try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}
