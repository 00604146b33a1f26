import { type DecodedBody, formatUrn, type RouteResponse, type Routes } from '@funcgraph/api';
import type { AdditionalVersion, Alias, Aliases, AliasTarget, FunctionName, RoutingRule } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Handlers } from '../http/handler.ts';
import { apiTime } from './functions-reply.ts';
import { readName } from './functions-target.ts';

type Ids =
  | 'createVersionAlias'
  | 'listVersionAliases'
  | 'showVersionAlias'
  | 'updateVersionAlias'
  | 'deleteVersionAlias';
type Wire = RouteResponse<Routes['showVersionAlias']>;
type Body = DecodedBody<Routes['updateVersionAlias']>;
type Rule = NonNullable<NonNullable<Body['additional_version_strategy']>[string]['rules']>[number];

export interface AliasDeps {
  readonly aliases: Aliases;
  readonly region: string;
}

/** Create, show, move and delete aliases. */
export function aliasHandlers({ aliases, region }: AliasDeps): Handlers<Ids> {
  const reply = (name: FunctionName, alias: Alias): Wire => ({
    name: alias.name,
    version: alias.version,
    description: alias.description,
    last_modified: apiTime(alias.modifiedAt),
    alias_urn: formatUrn({ region, ...name, qualifier: { kind: 'alias', name: alias.name } }),
    ...additionalReply(alias.additional),
  });
  return {
    async createVersionAlias(request) {
      const { name } = readName(request.params);
      return reply(name, await aliases.create(name, { name: request.body.name ?? '', ...aliasTarget(request.body) }));
    },

    async listVersionAliases(request) {
      const { name } = readName(request.params);
      return (await aliases.list(name)).map((alias) => reply(name, alias));
    },

    async showVersionAlias(request) {
      const { name } = readName(request.params);
      return reply(name, await aliases.show(name, request.params.alias_name));
    },

    async updateVersionAlias(request) {
      const { name } = readName(request.params);
      return reply(name, await aliases.update(name, request.params.alias_name, aliasTarget(request.body)));
    },

    async deleteVersionAlias(request) {
      await aliases.delete(readName(request.params).name, request.params.alias_name);
      return {};
    },
  };
}

/** Throws `invalid_additional_version`, `invalid_weight`. */
export function aliasTarget(body: Body): AliasTarget {
  return { version: body.version ?? '', description: body.description, additional: additionalOf(body) };
}

function additionalOf({
  additional_version_weights: weights,
  additional_version_strategy: strategies,
}: Body): AdditionalVersion | undefined {
  const weighted = onlyEntry('additional_version_weights', weights);
  const ruled = onlyEntry('additional_version_strategy', strategies);
  if (weighted !== undefined && ruled !== undefined) {
    throw refuse('additional_version_weights and additional_version_strategy exclude each other', 'Send one of them.');
  }
  if (weighted !== undefined) {
    const [version, percent] = weighted;
    if (percent === undefined) throw new PlatformError('invalid_weight', `${version} has no weight`);
    return { kind: 'weight', version, percent };
  }
  if (ruled === undefined) return undefined;
  const [version, { combine_type, rules = [] }] = ruled;
  const combine = combine_type || 'and';
  if (combine !== 'and' && combine !== 'or') throw refuse('combine_type must be and or or');
  return { kind: 'rules', version, combine, rules: rules.map(ruleOf) };
}

/** Undefined for a map that is absent or empty. */
function onlyEntry<T>(field: string, map: Readonly<Record<string, T>> = {}): readonly [string, T] | undefined {
  const [first, second] = Object.entries(map);
  if (second === undefined) return first;
  throw refuse(`${field} names more than one version`, 'An alias has two versions at most.');
}

function ruleOf({ rule_type, param: name = '', op, value = '' }: Rule): RoutingRule {
  const source = rule_type || 'header';
  if (source !== 'header' && source !== 'cookie') throw refuse('rule_type must be header or cookie');
  if (op !== '=' && op !== 'in') throw refuse('op must be = or in');
  return { source, name, op, values: op === '=' ? [value] : value.split(',').map((one) => one.trim()) };
}

function refuse(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_additional_version', message, { hint });
}

function additionalReply(
  additional: AdditionalVersion | undefined,
): Pick<Wire, 'additional_version_weights' | 'additional_version_strategy'> {
  if (additional === undefined) return {};
  if (additional.kind === 'weight') return { additional_version_weights: { [additional.version]: additional.percent } };
  const rules = additional.rules.map(({ source, name, op, values }) => ({
    rule_type: source,
    param: name,
    op,
    value: values.join(','),
  }));
  return { additional_version_strategy: { [additional.version]: { combine_type: additional.combine, rules } } };
}
