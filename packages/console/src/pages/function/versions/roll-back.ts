import { splitOf } from '../aliases/alias-split.ts';
import type { Alias } from './version-list.ts';

/** The aliases that can lead to a version alone, and do not yet. The server lets one alias point to a version. */
export function movableAliases(aliases: readonly Alias[], version: string): readonly Alias[] {
  const there = aliases.find((alias) => alias.version === version);
  if (there === undefined) return aliases;
  return splitOf(there).kind === 'one' ? [] : [there];
}
