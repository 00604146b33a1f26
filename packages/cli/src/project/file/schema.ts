import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import {
  Environment,
  FUNCTION,
  Lines,
  NAME,
  Named,
  Part,
  PROJECT,
  type Secret,
  Switch,
  Text,
  Whole,
} from './fields.ts';
import { FunctionChange, FunctionPart, LEFT_OUT } from './function-schema.ts';

const Functions = Named(FUNCTION, FunctionPart, 'Functions by name.');

const BUCKET = '^[a-z0-9][a-z0-9.-]{1,60}[a-z0-9]$';
const Bucket = Part({});

const Subscription = Type.Union([
  Part({ function: Type.String({ description: 'Name of a function.' }) }),
  Part({ flow: Type.String({ description: 'Name of a flow.' }) }),
  Part({ url: Type.String({ description: 'http or https address, which must confirm.' }) }),
  Part({ email: Type.String({ description: 'Address that must confirm.' }) }),
]);

const Topic = Part({
  display_name: Text('Sender of e-mails.'),
  subscriptions: Type.Optional(Type.Array(Subscription, { description: 'Who gets its messages.' })),
});

const Dependency = Part({
  folder: Type.String({ description: 'Folder to pack; for Node.js it holds node_modules.' }),
  build: Text('Command that fills the folder, run by the shell in the folder of this file.'),
  runtime: Type.String({ description: 'Runtime of the functions it is for.' }),
});

const Flow = Part({
  file: Type.String({
    description: 'YAML or JSON with nodes and edges. Names of functions and flows of this file follow the stage.',
  }),
});

const Alarm = Part({
  function: Text('It is about this function.'),
  alias: Text('About calls through this alias only.'),
  flow: Text('It is about this flow.'),
  when: Type.String({ description: 'STATISTIC METRIC COMPARISON NUMBER, such as sum failcount >= 5.' }),
  topics: Lines('Topics that get changes of its state, up to 5.'),
  period: Type.Optional(Type.Integer({ enum: [1, 5, 15, 30, 60], description: 'Minutes; 5 when absent.' })),
  periods: Whole('Periods that are looked at; 1 when absent.', 1, 10),
  breaching_periods: Whole('How many of them must fulfil the condition; all when absent.', 1, 10),
  missing_data: Type.Optional(
    Type.String({ enum: ['keep', 'no_data'], description: 'What periods without any time do.' }),
  ),
  notify_on: Lines('States that topics get: alarm, ok, no_data; the first two when absent.'),
  description: Text('Its purpose; part of messages.'),
  enabled: Switch('Whether it is judged; true when absent.'),
});

/** Of an entry of the file: keys that replace its own, or false where the stage has no such entry. */
const Changed = <S extends TSchema>(pattern: string, part: S, kind: string) =>
  Named(
    pattern,
    Type.Union([part, LEFT_OUT]),
    `What is different in this stage, by name; false for ${kind} it has not.`,
  );
const partial = <P extends TProperties>(part: TObject<P>) => Type.Partial(part, { additionalProperties: false });

const Stage = Part({
  suffix: Text('At the end of every name in this stage; - and the name of the stage when absent.'),
  environment: Environment,
  functions: Changed(FUNCTION, FunctionChange, 'functions'),
  dependencies: Changed(NAME, partial(Dependency), 'packages'),
  buckets: Changed(BUCKET, Bucket, 'buckets'),
  topics: Changed(NAME, partial(Topic), 'topics'),
  flows: Changed(NAME, partial(Flow), 'flows'),
  alarms: Changed(NAME, partial(Alarm), 'alarms'),
});

/** `funcgraph.yaml`. For editors it is docs/funcgraph.schema.json, which the server has at /console/funcgraph.schema.json. */
export const ProjectSchema = Part({
  name: Type.String({ pattern: PROJECT, description: 'Name of the project. What it made is remembered by this name.' }),
  environment: Environment,
  functions: Functions,
  dependencies: Named(NAME, Dependency, 'Library packages by name.'),
  buckets: Named(BUCKET, Type.Union([Bucket, Type.Null()]), 'Buckets by name.'),
  topics: Named(NAME, Type.Union([Topic, Type.Null()]), 'Topics by name.'),
  flows: Named(NAME, Flow, 'Flows by name.'),
  alarms: Named(NAME, Alarm, 'Alarm rules by name.'),
  stages: Named(PROJECT, Stage, 'Copies of everything under other names, by stage: fgs deploy --stage NAME.'),
});

export type ProjectFile = Static<typeof ProjectSchema>;
export type SecretSource = Static<typeof Secret>;
export type { AliasEntry, AsyncEntry, FunctionEntry, ReservedEntry, TriggerEntry } from './function-schema.ts';

/** The schema of funcgraph.yaml for editors. */
export function projectSchema(): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'funcgraph.yaml', ...ProjectSchema };
}
