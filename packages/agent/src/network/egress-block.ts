import { type Block, holds, overlaps, sizeOf } from './ipv4.ts';

/** Private blocks that are divided among the agents of a machine; the first one that is free here is used. */
const SPACES: readonly Block[] = [
  { first: 0x0ac0_0000, length: 10 },
  { first: 0x6440_0000, length: 10 },
];
/** 512 agents share a space. */
const PIECE_LENGTH = 19;

export interface TakenAddresses {
  /** Destinations of the machine's routes, without the default one. */
  readonly routes: readonly Block[];
  /** Single addresses that must stay reachable: name servers, gateways, peers of open connections. */
  readonly addresses: readonly number[];
}

/** The default network has several bridges, since the kernel gives a bridge no more than 1023 ports. */
export const SHARDS = 4;

/** A part of the default network, with a bridge of its own. */
export function shardOf({ first, length }: Block, shard: number): Block {
  const part = { first, length: length + Math.log2(SHARDS) };
  return { first: first + shard * sizeOf(part), length: part.length };
}

/**
 * The block of the default network of the agent with this number, or undefined when each would hide reachable
 * addresses.
 */
export function egressBlock(agentNumber: number, taken: TakenAddresses): Block | undefined {
  return SPACES.map(({ first }) => ({
    first: first + agentNumber * 2 ** (32 - PIECE_LENGTH),
    length: PIECE_LENGTH,
  })).find((piece) => isFree(piece, taken));
}

export function isFree(block: Block, { routes, addresses }: TakenAddresses): boolean {
  return !routes.some((route) => overlaps(route, block)) && !addresses.some((address) => holds(block, address));
}
