import { type Static, Type } from 'typebox';
import { WireText } from './common.ts';

const Text = WireText('');

/** Its range has an error code of its own. */
const Weight = Type.Union([Type.Number(), Type.String(), Type.Null()]);

const GivenStrategy = Type.Object({
  combine_type: Text,
  rules: Type.Optional(
    Type.Union([Type.Array(Type.Object({ rule_type: Text, param: Text, op: Text, value: Text })), Type.Null()]),
  ),
});

const Target = {
  version: Text,
  description: Text,
  additional_version_weights: Type.Optional(
    Type.Union([Type.Record(Type.String(), Weight), Type.Null()], {
      description: 'One other version and the percentage of requests that it gets, 0 to 100.',
    }),
  ),
  additional_version_strategy: Type.Optional(
    Type.Union([Type.Record(Type.String(), GivenStrategy), Type.Null()], {
      description: 'One other version and the rules on headers and cookies that lead to it.',
    }),
  ),
};

export const CreateAliasBody = Type.Object({ name: Text, ...Target });
export const UpdateAliasBody = Type.Object(Target);

const Strategy = Type.Object({
  combine_type: Type.Union([Type.Literal('and'), Type.Literal('or')]),
  rules: Type.Array(
    Type.Object({
      rule_type: Type.Union([Type.Literal('header'), Type.Literal('cookie')]),
      param: Type.String(),
      op: Type.Union([Type.Literal('='), Type.Literal('in')]),
      value: Type.String({ description: 'With `in`: several, separated by commas.' }),
    }),
  ),
});

export const Alias = Type.Object({
  name: Type.String(),
  version: Type.String(),
  description: Type.String(),
  last_modified: Type.String({ description: 'RFC 3339.' }),
  alias_urn: Type.String(),
  additional_version_weights: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  additional_version_strategy: Type.Optional(Type.Record(Type.String(), Strategy)),
});
export type Alias = Static<typeof Alias>;

export const AliasList = Type.Array(Alias);
