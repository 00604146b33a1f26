import type { RouteBody, Routes } from '@funcgraph/api';
import { type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';

/** Flags for the target of an alias, the same in `create` and `update`. */
export const TARGET_FLAGS = {
  version: flag.text('VERSION', 'version that it points to', { required: true }),
  also: flag.text('VERSION', 'second version, for part of the requests'),
  weight: flag.integer('PERCENT', 'share of the requests for --also, 0 to 100'),
  rule: flag.list(
    'header|cookie:NAME=VALUE[,VALUE]',
    'instead of --weight: requests with such a header or cookie go to --also',
  ),
  any: flag.boolean('one of several --rule is enough; otherwise all must hold'),
  description: flag.text('TEXT', 'purpose of the alias'),
} as const satisfies FlagSpecs;

type Target = RouteBody<Routes['updateVersionAlias']>;

/** The body of the API. Throws usage errors for flags that exclude each other. */
export function targetOf(flags: FlagValues<typeof TARGET_FLAGS>): Target {
  const { version, also, weight, rule, any, description } = flags;
  const text = description === undefined ? {} : { description };
  if (also === undefined) {
    if (weight !== undefined || rule.length > 0 || any) throw usageError('--weight, --rule and --any need --also');
    return { version, ...text };
  }
  if ((weight === undefined) === (rule.length === 0)) throw usageError('--also needs either --weight or --rule');
  if (weight !== undefined) {
    if (any) throw usageError('--any needs --rule');
    return { version, ...text, additional_version_weights: { [also]: weight } };
  }
  const strategy = { combine_type: any ? 'or' : 'and', rules: rule.map(parseRule) };
  return { version, ...text, additional_version_strategy: { [also]: strategy } };
}

function parseRule(text: string): Record<string, string> {
  const [, rule_type, param, value] = /^(header|cookie):([A-Za-z0-9_-]+)=(.+)$/.exec(text) ?? [];
  if (rule_type === undefined || param === undefined || value === undefined) {
    throw usageError(`not a rule: ${JSON.stringify(text)}`, 'for example header:X-Group=beta,staff');
  }
  return { rule_type, param, op: value.includes(',') ? 'in' : '=', value };
}

/** The target of an alias, in words: `1.1.0, and 1.2.0 for 10 %`. */
export function targetText(alias: {
  readonly version: string;
  readonly additional_version_weights?: Readonly<Record<string, number>>;
  readonly additional_version_strategy?: Readonly<
    Record<string, { combine_type: string; rules: readonly { rule_type: string; param: string; value: string }[] }>
  >;
}): string {
  const [weighted] = Object.entries(alias.additional_version_weights ?? {});
  if (weighted !== undefined) return `${alias.version}, and ${weighted[0]} for ${weighted[1]} %`;
  const [ruled] = Object.entries(alias.additional_version_strategy ?? {});
  if (ruled === undefined) return alias.version;
  const [second, { combine_type, rules }] = ruled;
  const words = rules.map(({ rule_type, param, value }) => `${rule_type}:${param}=${value}`);
  return `${alias.version}, and ${second} for ${words.join(` ${combine_type} `)}`;
}
