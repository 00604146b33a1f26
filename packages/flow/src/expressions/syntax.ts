export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly start: number; readonly end: number }
  | { readonly kind: 'filter'; readonly condition: Condition };

export type Root = '$' | '@' | '$CONST' | '$RUN';

export interface PathSyntax {
  readonly root: Root;
  readonly steps: readonly Step[];
  /** It leads to one value at most; otherwise its result is a list. */
  readonly definite: boolean;
}

export type Operator = '==' | '!=' | '<' | '>' | '<=' | '>=';

export type Operand =
  | { readonly kind: 'constant'; readonly value: null | boolean | number | string }
  | { readonly kind: 'anything' }
  | { readonly kind: 'path'; readonly path: PathSyntax };

export type Condition =
  | { readonly kind: 'compare'; readonly left: PathSyntax; readonly operator: Operator; readonly right: Operand }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] };
