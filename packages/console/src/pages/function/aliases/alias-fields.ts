import type { RouteBody, Routes } from '@funcgraph/api';
import { ERRORS } from '@funcgraph/api/errors';
import type { ApiError } from '../../../api/index.ts';
import type { Alias } from '../versions/version-list.ts';
import { type Rule, type Strategy, splitOf } from './alias-split.ts';

const FIRST_PERCENT = 10;
export const FIRST_RULE: Rule = { rule_type: 'header', param: '', op: '=', value: '' };

export interface AliasFields {
  readonly name: string;
  readonly version: string;
  readonly isGrey: boolean;
  readonly grey?: string;
  readonly way: 'percent' | 'rules';
  readonly percent: number;
  readonly combine: Strategy['combine_type'];
  readonly rules: readonly Rule[];
  readonly description: string;
}

const NEW = {
  isGrey: false,
  way: 'percent',
  percent: FIRST_PERCENT,
  combine: 'and',
  rules: [FIRST_RULE],
} as const satisfies Partial<AliasFields>;

export function fieldsOf(alias: Alias | undefined): Partial<AliasFields> {
  if (alias === undefined) return NEW;
  const { name, description } = alias;
  const { kind, ...split } = splitOf(alias);
  return { ...NEW, name, description, ...split, isGrey: kind !== 'one', way: kind === 'rules' ? 'rules' : 'percent' };
}

type Target = RouteBody<Routes['updateVersionAlias']>;

/** Fields of a closed part of the form count for nothing. */
export function targetOf(fields: AliasFields): Target {
  const { version, isGrey, grey, way, percent, combine = NEW.combine, rules, description = '' } = fields;
  const target = { version, description };
  if (!isGrey || grey === undefined) return target;
  if (way === 'percent') return { ...target, additional_version_weights: { [grey]: percent } };
  return {
    ...target,
    additional_version_strategy: {
      [grey]: { combine_type: combine, rules: rules.map((rule) => ({ ...rule, value: valuesOf(rule).join(',') })) },
    },
  };
}

/** What the header or cookie may be. */
export function valuesOf({ op, value }: Pick<Rule, 'op' | 'value'>): readonly string[] {
  return op === 'in' ? value.split(',').map((one) => one.trim()) : [value];
}

const REFUSED: Readonly<Record<string, keyof AliasFields>> = {
  [ERRORS.invalid_alias.fss]: 'name',
  [ERRORS.alias_exists.fss]: 'name',
  [ERRORS.invalid_version.fss]: 'version',
  [ERRORS.version_not_found.fss]: 'version',
  [ERRORS.version_has_alias.fss]: 'version',
  [ERRORS.same_version.fss]: 'grey',
  [ERRORS.invalid_weight.fss]: 'percent',
  [ERRORS.description_too_long.fss]: 'description',
};

/** The field that a refusal of the server is about. */
export function refusedField({ code, message }: Pick<ApiError, 'code' | 'message'>): keyof AliasFields | undefined {
  // one code for the second version and for its rules
  if (code === ERRORS.invalid_additional_version.fss) return /^(?:param|value|rules) /.test(message) ? 'rules' : 'grey';
  return REFUSED[code];
}
