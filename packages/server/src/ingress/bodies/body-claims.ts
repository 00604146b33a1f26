import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import type { Peer } from '../../iam/index.ts';
import { clientNetwork } from '../../lib/client-network.ts';
import type { Claim } from './body-budget.ts';

const MEBIBYTE = 1024 * 1024;
const MOST_BYTES = 512 * MEBIBYTE;
/** Of the memory of the machine, or of the container. */
const PART_OF_MEMORY = 8;

/** Limit of all bodies held in memory together, on both ports. */
export function bodyMemoryBytes(): number {
  const limit = constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.min(MOST_BYTES, Math.floor(memory / PART_OF_MEMORY));
}

/**
 * One client at one target holds at most a third of the budget, one target half, one client two thirds. So the clients of a
 * target that is flooded, and the targets that a flooding client does not use, always find room.
 */
export function bodyClaims(target: string, { remoteAddress, resident }: Peer): readonly Claim[] {
  const client = resident?.functionKey ?? clientNetwork(remoteAddress);
  return [
    { key: `both ${target} ${client}`, share: 0.5 },
    { key: `target ${target}`, share: 1 },
    { key: `client ${client}`, share: 2 },
  ];
}
