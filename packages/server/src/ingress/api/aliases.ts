import { formatUrn, type RouteResponse, type Routes } from '@funcgraph/api';
import type { AdditionalVersion, Alias, Aliases, FunctionName, Kept } from '../../control/index.ts';
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
      return reply(name, await aliases.create(name, request.body as Kept));
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
      return reply(name, await aliases.update(name, request.params.alias_name, request.body as Kept));
    },

    async deleteVersionAlias(request) {
      await aliases.delete(readName(request.params).name, request.params.alias_name);
      return {};
    },
  };
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
