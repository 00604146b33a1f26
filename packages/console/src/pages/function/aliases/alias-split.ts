import type { Alias } from '../versions/version-list.ts';

export type Strategy = NonNullable<Alias['additional_version_strategy']>[string];
export type Rule = Strategy['rules'][number];

/** Where the requests of an alias go. */
export type Split =
  | { readonly kind: 'one'; readonly version: string }
  | { readonly kind: 'weight'; readonly version: string; readonly grey: string; readonly percent: number }
  | {
      readonly kind: 'rules';
      readonly version: string;
      readonly grey: string;
      readonly combine: Strategy['combine_type'];
      readonly rules: readonly Rule[];
    };

type Target = Pick<Alias, 'version' | 'additional_version_weights' | 'additional_version_strategy'>;

export function splitOf({ version, additional_version_weights, additional_version_strategy }: Target): Split {
  const [weight] = Object.entries(additional_version_weights ?? {});
  if (weight !== undefined) return { kind: 'weight', version, grey: weight[0], percent: weight[1] };
  const [ruled] = Object.entries(additional_version_strategy ?? {});
  if (ruled === undefined) return { kind: 'one', version };
  const [grey, { combine_type: combine, rules }] = ruled;
  return { kind: 'rules', version, grey, combine, rules };
}
