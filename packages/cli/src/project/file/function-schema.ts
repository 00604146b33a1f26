import { MEMORY_SIZES_MB, TRIGGER_KINDS } from '@funcgraph/api';
import { type Static, Type } from 'typebox';
import { Environment, Lines, NAME, Named, Part, PROJECT, Secrets, Switch, Text, Whole } from './fields.ts';

const FILE_SYSTEM = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
const TARGET = { alias: Text('Starts the version that this alias points to; latest when absent.') };
const ENABLED = { enabled: Switch('Whether it starts the function; true when absent.') };

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

const Receiver = (description: string) =>
  Type.Optional(
    Type.Union(
      [
        Part({ function: Type.String({ description: 'Name of a function.' }), alias: Text('An alias of it.') }),
        Part({ topic: Type.String({ description: 'Name of a topic.' }) }),
        Part({ url: Type.String({ description: 'http or https address.' }) }),
        Part({
          bucket: Type.String({ description: 'Name of a bucket.' }),
          prefix: Text('Keys begin with it.'),
          expires: Whole('Days until the object is deleted; 0 for never.', 0, 3650),
        }),
        Part({ stream: Type.String({ description: 'Name of a stream.' }) }),
      ],
      { description },
    ),
  );

const Async = Part(
  {
    retries: Whole('Attempts after the first one; 1 when absent.', 0, 3),
    max_age: Whole('Seconds that an event may wait to run; 3600 when absent.', 1, 86_400),
    on_success: Receiver('Who gets the results.'),
    on_failure: Receiver('Who gets events that failed permanently.'),
    status_log: Switch('A line in the log for each change of status.'),
  },
  'What becomes of asynchronous calls.',
);

const Reserved = Part(
  {
    count: Whole('Instances that are always ready.', 0, 1000),
    idle: Switch('No processor between requests.'),
    schedules: Named(
      NAME,
      Part({
        count: Type.Integer({ minimum: 0, maximum: 1000, description: 'Instances from each time of cron on.' }),
        cron: Type.String({ description: 'second minute hour day month [weekday], in UTC.' }),
        from: Text('First day, or time, in UTC without an offset.'),
        until: Text('The same for the end.'),
      }),
      'More of them at set times, by name.',
    ),
    by_load: Named(
      NAME,
      Part({
        percent: Type.Integer({ minimum: 1, maximum: 100, description: 'Of the calls that they can take at once.' }),
        min: Type.Integer({ minimum: 0, maximum: 1000, description: 'Never fewer.' }),
      }),
      'As many as the calls need, by name.',
    ),
  },
  'Instances that are ready before the first call.',
);

const Image = Type.Union(
  [
    Type.String(),
    Part({
      name: Type.String({ description: 'NAME:TAG, as fgs images list shows it.' }),
      command: Text('Comma separated; that of the image when absent.'),
      args: Text('Comma separated; those of the image when absent.'),
      working_dir: Text('Begins with /.'),
      uid: Whole('1003 when absent.', 1, 65_534),
      gid: Whole('1003 when absent.', 1, 65_534),
    }),
  ],
  { description: 'A container image of the server in the place of folder, runtime and handler: NAME:TAG, or a map.' },
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
  async: Type.Optional(Async),
  reserved: Type.Optional(Reserved),
});

export const FunctionPart = Part({
  folder: Text('Folder with the code; its .fgsignore lists files to leave out.'),
  build: Text('Command that makes the code, run by the shell in the folder of this file before each deploy.'),
  image: Type.Optional(Image),
  runtime: Text('Such as Node.js20.15; Node.js, Python or Java alone for the newest.'),
  handler: Text('Entry point, such as index.handler.'),
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
  network: Text('Network of the server that it is placed in; default for the outside alone, none for nothing.'),
  mounts: Type.Optional(
    Type.Record(Type.String({ pattern: FILE_SYSTEM }), Type.String(), {
      description: 'File systems of the server, by name: the path /mnt/NAME where the function sees each.',
    }),
  ),
  async: Type.Optional(Async),
  reserved: Type.Optional(Reserved),
  dependencies: Lines('Library packages: names of this file, or NAME[@VERSION] of the server.'),
  triggers: Named(NAME, Trigger, 'What starts the function, by name.'),
  aliases: Named(PROJECT, Alias, 'Aliases by name. A deploy that changes the function publishes a version for them.'),
});

/** In a stage, where the function has no such part. */
export const LEFT_OUT = Type.Literal(false);

/** What a stage may change of a function. Variables are added to the others. */
export const FunctionChange = Type.Partial(
  Type.Object({
    ...FunctionPart.properties,
    triggers: Named(NAME, Type.Union([...Trigger.anyOf, LEFT_OUT]), 'In the place of those with these names, or more.'),
    aliases: Named(PROJECT, Type.Union([Alias, LEFT_OUT]), 'In the place of those with these names, or more.'),
  }),
  { additionalProperties: false },
);

export type FunctionEntry = Static<typeof FunctionPart>;
export type TriggerEntry = Static<typeof Trigger>;
export type AliasEntry = Static<typeof Alias>;
export type AsyncEntry = Static<typeof Async>;
export type ReservedEntry = Static<typeof Reserved>;
