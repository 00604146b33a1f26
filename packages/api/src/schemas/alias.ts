import { type Static, Type } from 'typebox';
import { Nullable, WireLongText, WireText } from './common.ts';

const Text = WireText();

/** Its range has an error code of its own: text that is no whole number is read as NaN. */
const Weight = Type.Decode(Type.Union([Type.Number(), Type.String(), Type.Null()]), (value) => {
  if (value === null || value === '') return undefined;
  return typeof value === 'number' || /^-?\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
});

const GivenStrategy = Type.Object({
  combine_type: Text,
  rules: Nullable(Type.Array(Type.Object({ rule_type: Text, param: Text, op: Text, value: Text }))),
});

const LongText = WireLongText();

const Target = {
  version: LongText,
  description: LongText,
  additional_version_weights: Nullable(Type.Record(Type.String(), Weight), {
    description: 'One other version and the percentage of requests that it gets, 0 to 100.',
  }),
  additional_version_strategy: Nullable(Type.Record(Type.String(), GivenStrategy), {
    description: 'One other version and the rules on headers and cookies that lead to it.',
  }),
};

export const CreateAliasBody = Type.Object({ name: LongText, ...Target });
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
