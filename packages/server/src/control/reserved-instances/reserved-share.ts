import { createHash } from 'node:crypto';

/** A server that may keep some of the instances. */
export interface ReservedPlace {
  /** Stays the same when the server restarts. */
  readonly home: string;
  /** Most that it has room for; undefined for any number. */
  readonly most: number | undefined;
}

/**
 * How many of `count` instances each server keeps, by its home. Servers take turns in an order that is drawn anew for each
 * id by rendezvous hashing, so servers that see the same places agree without a word. The sum is exact for every set of
 * places; where all have less room than needed, the rest is shared out as if they had it. A server that goes gives its
 * instances to the others, and no other instance moves.
 */
export function reservedShares(
  id: string,
  count: number,
  places: readonly ReservedPlace[],
): ReadonlyMap<string, number> {
  const turns = places
    .map((place) => ({ ...place, rank: rankOf(id, place.home) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const shares = new Map(turns.map(({ home }) => [home, 0]));
  let left = count;
  const give = (limitOf: (place: ReservedPlace) => number, from: (place: ReservedPlace) => number): void => {
    const open = (round: number) => turns.filter((place) => from(place) <= round && round < limitOf(place));
    const rounds = Math.max(0, ...turns.map(limitOf));
    for (let round = 0; left > 0 && round < rounds; round += 1) {
      for (const { home } of open(round).slice(0, left)) {
        shares.set(home, (shares.get(home) ?? 0) + 1);
        left -= 1;
      }
    }
  };
  const roomOf = ({ most }: ReservedPlace): number => Math.min(most ?? count, count);
  give(roomOf, () => 0);
  give(() => count, roomOf);
  return shares;
}

function rankOf(id: string, home: string): string {
  return createHash('sha256').update(`${id}\0${home}`).digest('hex');
}
