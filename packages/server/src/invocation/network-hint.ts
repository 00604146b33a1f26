import type { SurroundingsChoice } from '../domain/surroundings.ts';

/** What runtimes and common libraries say when nothing outside can be reached. Node.js hides the cause of a failed fetch. */
const UNREACHABLE =
  /EAI_AGAIN|ENETUNREACH|ENOTFOUND|fetch failed|network is unreachable|temporary failure in name resolution|UnknownHostException|no such host/i;
const READ_CHARS = 4096;

/** This machine, and the network that its settings give to instances of a version. */
export interface NetworkFacts {
  readonly driver: string;
  readonly networks: boolean;
  /** A user-visible sentence for each missing feature. */
  readonly degraded: readonly string[];
  /** Whether the server lets functions reach the outside. */
  readonly egress: boolean;
  readonly network: 'none' | 'egress' | 'vpc';
}

/** Why instances of a version reach nothing, and what changes that; undefined when they have a network. */
export function networkGap({ vpc, publicNetwork }: SurroundingsChoice, facts: NetworkFacts): string | undefined {
  // its instances use the network of the machine
  if (facts.driver === 'process' || facts.network !== 'none') return undefined;
  if (vpc !== undefined) return 'its func_vpc names no network that its project can use (fgs networks list)';
  if (!publicNetwork) return 'its setting says so (fgs functions update NAME --network default)';
  if (!facts.networks) {
    const why = facts.degraded.find((sentence) => sentence.includes('reach nothing'));
    return `${(why ?? 'this machine cannot isolate functions on a network').replace(/\.$/, '')} (fgs doctor)`;
  }
  return facts.egress ? undefined : 'this server was started with --egress off';
}

/** A line for the log of a function that failed for want of a network. `gap` is only called for such an error. */
export function networkHint(payload: Buffer, gap: () => string | undefined): string | undefined {
  if (!UNREACHABLE.test(payload.toString('latin1', 0, READ_CHARS))) return undefined;
  const why = gap();
  return why === undefined ? undefined : `the function has no network: ${why}`;
}
