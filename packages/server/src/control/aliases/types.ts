/** One condition on a request. `values` has one entry for `=`. */
export interface RoutingRule {
  readonly source: 'header' | 'cookie';
  readonly name: string;
  readonly op: '=' | 'in';
  readonly values: readonly string[];
}

/** The second version of an alias, and which requests it gets: a share of all, or those that rules pick. */
export type AdditionalVersion =
  | { readonly kind: 'weight'; readonly version: string; readonly percent: number }
  | {
      readonly kind: 'rules';
      readonly version: string;
      readonly combine: 'and' | 'or';
      readonly rules: readonly RoutingRule[];
    };

/** Where an alias points to. Without a description the present one stays. */
export interface AliasTarget {
  readonly version: string;
  readonly description?: string | undefined;
  readonly additional?: AdditionalVersion | undefined;
}

export interface NewAlias extends AliasTarget {
  readonly name: string;
}

/** A movable pointer to a version. Times are ms since the epoch. */
export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly additional: AdditionalVersion | undefined;
  readonly description: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}
