import { type FunctionUrn, formatUrn } from '@funcgraph/api';
import { LATEST } from '../../domain/names.ts';

/** Most functions that may run one after another because of one call, each with the outcome of the one before. */
export const MAX_CHAIN = 10;

/** Identity of a function in a chain: its URN with the version or alias by which it is called. */
export function hopOf(urn: FunctionUrn): string {
  return formatUrn(urn.qualifier === undefined ? { ...urn, qualifier: { kind: 'version', name: LATEST } } : urn);
}

/**
 * Why a function may not get the outcome of a chain: it is in the chain already under the same version or alias, or the
 * chain has its maximum length. Undefined when it may.
 */
export function cut(
  chain: readonly string[],
  next: FunctionUrn,
): { reason: 'loop' | 'long_chain'; message: string } | undefined {
  const hop = hopOf(next);
  const reported = [...chain, hop].map(shortName).join(' -> ');
  if (chain.includes(hop)) return { reason: 'loop', message: `the destinations form a loop: ${reported}` };
  if (chain.length < MAX_CHAIN) return undefined;
  return { reason: 'long_chain', message: `more than ${MAX_CHAIN} functions one after another: ${reported}` };
}

/** Package, name and qualifier; all functions of a chain are of one project. */
function shortName(hop: string): string {
  return hop.split(':').slice(5).join(':');
}
