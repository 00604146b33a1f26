import type { Alias } from '../versions/version-list.ts';

/** Where the requests of an alias go. */
export type Split =
  | { readonly kind: 'one'; readonly version: string }
  | { readonly kind: 'weight'; readonly version: string; readonly grey: string; readonly percent: number }
  | { readonly kind: 'rules'; readonly version: string; readonly grey: string; readonly rules: number };

type Target = Pick<Alias, 'version' | 'additional_version_weights' | 'additional_version_strategy'>;

export function splitOf({ version, additional_version_weights, additional_version_strategy }: Target): Split {
  const [weight] = Object.entries(additional_version_weights ?? {});
  if (weight !== undefined) return { kind: 'weight', version, grey: weight[0], percent: weight[1] };
  const [strategy] = Object.entries(additional_version_strategy ?? {});
  if (strategy !== undefined) return { kind: 'rules', version, grey: strategy[0], rules: strategy[1].rules.length };
  return { kind: 'one', version };
}
