import { MEMORY_SIZES_MB, TRIGGER_KINDS } from '@funcgraph/api';
import { type Static, type TProperties, type TSchema, Type } from 'typebox';

/** No other keys: a misspelled one is an error, and editors complete them. */
const Part = <P extends TProperties>(fields: P, description?: string) =>
  Type.Object(fields, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
const Text = (description: string) => Type.Optional(Type.String({ description }));
const Whole = (description: string, minimum: number, maximum: number) =>
  Type.Optional(Type.Integer({ description, minimum, maximum }));
const Switch = (description: string) => Type.Optional(Type.Boolean({ description }));
const Named = <S extends TSchema>(pattern: string, value: S, description: string) =>
  Type.Optional(Type.Record(Type.String({ pattern }), value, { description }));

const VARIABLE = '^[A-Za-z][A-Za-z0-9_]*$';
const FUNCTION = '^[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]$|^[A-Za-z]$';
const NAME = '^[A-Za-z][A-Za-z0-9_-]{0,63}$';
const PROJECT = '^[A-Za-z]([A-Za-z0-9_-]{0,38}[A-Za-z0-9])?$';

const Environment = Named(
  VARIABLE,
  Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
  'Environment variables. ${stage} stands for the name of the stage; $${ for ${ itself.',
);

const Secret = Type.Union([Part({ env: Type.String() }), Part({ file: Type.String() })], {
  description: 'Where the value is: env, a variable of the shell that deploys, or file, a path beside this file.',
});

const Secrets = Named(VARIABLE, Secret, 'Encrypted environment variables. Their values are never in this file.');

const TARGET = { alias: Text('Starts the version that this alias points to; latest when absent.') };
const ENABLED = { enabled: Switch('Whether it starts the function; true when absent.') };
const Lines = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));

const Trigger = Type.Union(
  [
    Part({
      every: Type.String({ description: '15m, 2h or 3d; also 30s or 2h30m.' }),
      event: Text('user_event of each event.'),
      ...TARGET,
      ...ENABLED,
    }),
    Part({
      cron: Type.String({ description: 'second minute hour day month [weekday], in UTC without time_zone.' }),
      time_zone: Text('Such as Asia/Shanghai.'),
      event: Text('user_event of each event.'),
      ...TARGET,
      ...ENABLED,
    }),
    Part({
      path: Type.String({ description: 'A gateway route: /users/{id}.' }),
      method: Text('GET, POST, ...; every method when absent.'),
      exact: Switch('The path alone, without paths below it.'),
      auth: Type.Optional(Type.String({ enum: ['none', 'iam', 'app'], description: 'Who may call; iam when absent.' })),
      group: Text('Id of the group of the address; DEFAULT when absent.'),
      gateway_stage: Text('Environment that X-Stage names; RELEASE when absent.'),
      wait: Whole('Ms that a caller waits at most; 5000 when absent.', 1, 60_000),
      async: Switch('Store the event and answer 202 at once.'),
      ...TARGET,
    }),
    Part({
      bucket: Type.String({ description: 'Name of a bucket, as ${buckets.NAME} for one of this file.' }),
      on: Lines('ObjectCreated when absent; ObjectRemoved, Put, Copy, ...'),
      prefix: Text('Only keys that begin with it.'),
      suffix: Text('Only keys that end with it.'),
      ...TARGET,
    }),
    Part({
      topic: Type.String({ description: 'Name of a topic, as ${topics.NAME} for one of this file.' }),
      ...TARGET,
    }),
    Part({
      events: Type.Array(Type.String(), { description: 'An event webhook: types of CloudEvents; empty for all.' }),
      ...TARGET,
    }),
    Part({
      type: Type.String({ enum: Object.keys(TRIGGER_KINDS), description: 'A trigger of any other kind.' }),
      settings: Type.Record(Type.String(), Type.Unknown(), { description: 'Fields of event_data.' }),
      secrets: Secrets,
      ...TARGET,
      ...ENABLED,
    }),
  ],
  { description: 'Exactly one of every, cron, path, bucket, topic, events and type says what starts the function.' },
);

const Alias = Part({
  share: Whole(
    'Percent of the calls that a new version gets; the others stay with the version before. All when absent.',
    0,
    100,
  ),
  rules: Lines('Instead of share: header:NAME=VALUE[,VALUE] or cookie:...; calls with these get the new version.'),
  any: Switch('One of several rules is enough; otherwise all must hold.'),
  description: Text('Purpose of the alias.'),
});

const FunctionPart = Part({
  folder: Type.String({ description: 'Folder with the code; its .fgsignore lists files to leave out.' }),
  build: Text('Command that makes the code, run by the shell in the folder of this file before each deploy.'),
  runtime: Type.String({ description: 'Such as Node.js20.15; Node.js, Python or Java alone for the newest.' }),
  handler: Type.String({ description: 'Entry point, such as index.handler.' }),
  description: Text('Purpose of the function.'),
  memory: Type.Optional(
    Type.Integer({ enum: [...MEMORY_SIZES_MB], description: `MB of an instance: ${MEMORY_SIZES_MB.join(', ')}.` }),
  ),
  timeout: Whole('Seconds of one invocation at most; 3 when absent.', 1, 259_200),
  environment: Environment,
  secrets: Secrets,
  initializer: Text('Entry point that runs once in each instance.'),
  initializer_timeout: Whole('Seconds; 3 when absent.', 1, 300),
  pre_stop: Text('Java only: called before an instance is stopped.'),
  pre_stop_timeout: Whole('Seconds; 10 when absent.', 1, 90),
  heartbeat: Text('Java only: reports every 5 seconds whether an instance works.'),
  ephemeral_storage: Whole('MB of /tmp: 512 or 10240.', 512, 10_240),
  max_instances: Whole('Most instances; -1 for no limit of its own.', -1, 1000),
  instance_concurrency: Whole('Requests at once in one instance.', 1, 1000),
  dynamic_memory: Switch('Whether a call may choose its memory size.'),
  return_stream: Switch('Whether answers may be streamed.'),
  lanes: Switch('Whether short requests may wait in a warm instance; true when absent.'),
  agency: Text('Agency whose rights the code gets.'),
  run_agency: Text('Another agency for the code alone.'),
  enterprise_project: Text('Id of the enterprise project that it belongs to.'),
  dependencies: Lines('Library packages: names of this file, or NAME[@VERSION] of the server.'),
  triggers: Named(NAME, Trigger, 'What starts the function, by name.'),
  aliases: Named(PROJECT, Alias, 'Aliases by name. A deploy that changes the function publishes a version for them.'),
});

const Functions = Named(FUNCTION, FunctionPart, 'Functions by name.');

const Stage = Part({
  suffix: Text('At the end of every name in this stage; - and the name of the stage when absent.'),
  environment: Environment,
  functions: Named(
    FUNCTION,
    Type.Partial(FunctionPart, { additionalProperties: false }),
    'What is different in this stage, by name of the function. Variables are added to the others.',
  ),
});

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

/** `funcgraph.yaml`. Published for editors as docs/funcgraph.schema.json. */
export const ProjectSchema = Part({
  name: Type.String({ pattern: PROJECT, description: 'Name of the project. What it made is remembered by this name.' }),
  environment: Environment,
  functions: Functions,
  dependencies: Named(NAME, Dependency, 'Library packages by name.'),
  buckets: Named('^[a-z0-9][a-z0-9.-]{1,60}[a-z0-9]$', Type.Union([Bucket, Type.Null()]), 'Buckets by name.'),
  topics: Named(NAME, Type.Union([Topic, Type.Null()]), 'Topics by name.'),
  flows: Named(NAME, Flow, 'Flows by name.'),
  alarms: Named(NAME, Alarm, 'Alarm rules by name.'),
  stages: Named(PROJECT, Stage, 'Copies of everything under other names, by stage: fgs deploy --stage NAME.'),
});

export type ProjectFile = Static<typeof ProjectSchema>;
export type FunctionEntry = Static<typeof FunctionPart>;
export type TriggerEntry = Static<typeof Trigger>;
export type AliasEntry = Static<typeof Alias>;
export type SecretSource = Static<typeof Secret>;

/** The schema of funcgraph.yaml for editors. */
export function projectSchema(): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'funcgraph.yaml', ...ProjectSchema };
}
