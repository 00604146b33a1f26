import { TRIGGER_KINDS, type TriggerTypeCode } from '@funcgraph/api';
import { type Context, type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';
import { gatewayRoute } from '../../project/triggers/gateway-route.ts';
import { readLines } from '../iam/find.ts';
import { readNameValues } from '../name-values.ts';

export const KIND_FLAGS = {
  every: flag.text('TIME', 'a timer: each 15m, 2h or 3d; also 30s or 2h30m'),
  cron: flag.text('EXPR', 'a timer: "second minute hour day month [weekday]", in UTC without --time-zone'),
  path: flag.text('PATH', 'a gateway route: /users/{id}'),
  bucket: flag.text('NAME', 'objects of this bucket that are created, or change as --on says'),
  type: flag.text('CODE', 'a trigger of this type, with --name and each --setting', {
    choices: Object.keys(TRIGGER_KINDS),
  }),
  setting: flag.list('NAME=VALUE', '--type: a field of event_data; objects and lists as JSON'),
  'setting-file': flag.text('PATH', '--type: a file with lines NAME=VALUE, for passwords; each --setting wins over it'),
  'password-stdin': flag.boolean('--type of a broker: read its password from the first line of standard input'),
  'time-zone': flag.text('ZONE', 'with --cron: its time zone, such as Asia/Shanghai'),
  event: flag.text('TEXT', 'timer: user_event of each event'),
  on: flag.list('EVENT', 'bucket: ObjectCreated (the default), ObjectRemoved, Put, Copy, ...'),
  prefix: flag.text('TEXT', 'bucket: only keys that begin with it'),
  suffix: flag.text('TEXT', 'bucket: only keys that end with it'),
  method: flag.text('METHOD', 'gateway: GET, POST, ...; every method without it'),
  exact: flag.boolean('gateway: the path alone, without paths below it'),
  auth: flag.text(
    'WHO',
    'gateway: every client (none), signed requests and tokens of users (iam, the default), or apps (app)',
    { choices: ['none', 'iam', 'app'] },
  ),
  group: flag.text('ID', 'gateway: group of the address; DEFAULT without it'),
  stage: flag.text('NAME', 'gateway: environment that X-Stage names; RELEASE without it'),
  wait: flag.integer('MS', 'gateway: how long a caller waits at most; 5000 without it'),
  async: flag.boolean('gateway: store the event and answer 202 at once'),
} as const satisfies FlagSpecs;

/** Of a change. */
export const SETTING_FLAGS = {
  setting: flag.list('NAME=VALUE', 'a field of event_data; objects and lists as JSON'),
  'setting-file': flag.text('PATH', 'a file with lines NAME=VALUE, for passwords; each --setting wins over it'),
  'password-stdin': flag.boolean('of a broker: read its password from the first line of standard input'),
} as const satisfies FlagSpecs;

type SettingFlags = FlagValues<typeof SETTING_FLAGS>;
type KindFlags = FlagValues<typeof KIND_FLAGS>;

export interface KindBody {
  readonly trigger_type_code: string;
  readonly event_data: Readonly<Record<string, unknown>>;
}

const OF_TIMER = ['event'] as const;
const OF_BUCKET = ['on', 'prefix', 'suffix'] as const;
const OF_GATEWAY = ['method', 'exact', 'auth', 'group', 'stage', 'wait', 'async'] as const;

const OF_TYPE = ['setting', 'setting-file', 'password-stdin'] as const;

/** Throws a usage error unless exactly one kind is named, with flags of that kind. */
export async function kindBody(flags: KindFlags, name: string | undefined, context: Context): Promise<KindBody> {
  const { every, cron, path, bucket, type } = flags;
  const kinds = [every, cron, path, bucket, type].filter((value) => value !== undefined);
  if (kinds.length !== 1) throw usageError('give one of --every, --cron, --path, --bucket and --type');
  const refuse = (names: readonly (keyof KindFlags)[], owner: string): void => {
    const foreign = names.find((flag) => isGiven(flags[flag]));
    if (foreign !== undefined) throw usageError(`--${foreign} is for ${owner}`);
  };
  if (path === undefined) refuse(OF_GATEWAY, '--path');
  if (bucket === undefined) refuse(OF_BUCKET, '--bucket');
  if (every === undefined && cron === undefined) refuse(OF_TIMER, 'timers');
  if (cron === undefined) refuse(['time-zone'], '--cron');
  if (type === undefined) refuse(OF_TYPE, '--type');
  else return { trigger_type_code: type, event_data: { name, ...(await settingsOf(type, flags, context)) } };
  if (bucket !== undefined) return objects(bucket, flags, name);
  return path === undefined ? timer(flags, name) : gateway(flags, name);
}

function isGiven(value: KindFlags[keyof KindFlags]): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** Numbers and switches may stay text: the server reads them by the schema of the kind. */
/** Fields of `event_data` from flags. Throws usage errors without values. */
export async function settingsOf(
  type: string,
  { setting: list, 'setting-file': file, 'password-stdin': readsPassword }: SettingFlags,
  context: Context,
): Promise<Record<string, unknown>> {
  const secret = Object.keys(TRIGGER_KINDS[type as TriggerTypeCode]?.fields.properties ?? {}).find((field) =>
    field.endsWith('_password'),
  );
  if (readsPassword && secret === undefined) throw usageError(`--password-stdin is not for type ${type}`);
  const values = (await readNameValues({ file, list, flag: '--setting' }, context)) ?? new Map<string, string>();
  const settings = [...values].map(([name, value]) => [
    name,
    // a password may begin like JSON
    /^[[{]/.test(value) && name !== secret ? jsonOf(name, value) : value,
  ]);
  const [password] = readsPassword ? await readLines(context, 1, 'the password') : [];
  return { ...Object.fromEntries(settings), ...(readsPassword && secret !== undefined ? { [secret]: password } : {}) };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`--setting ${name} begins like JSON and is none: ${text.slice(0, 80)}`);
  }
}

function timer({ every, cron, event, 'time-zone': zone }: KindFlags, name = 'timer'): KindBody {
  const isRate = every !== undefined && /^\d+[mhd]$/.test(every);
  const schedule = every === undefined ? `${zone === undefined ? '' : `CRON_TZ=${zone} `}${cron ?? ''}` : every;
  return {
    trigger_type_code: 'TIMER',
    event_data: {
      name,
      schedule_type: isRate ? 'Rate' : 'Cron',
      schedule: every === undefined || isRate ? schedule : `@every ${every}`,
      ...(event === undefined ? {} : { user_event: event }),
    },
  };
}

function gateway(flags: KindFlags, name = 'api'): KindBody {
  return { trigger_type_code: 'APIG', event_data: gatewayRoute(name, flags) };
}

function objects(bucket: string, { on, prefix, suffix }: KindFlags, name = 'objects'): KindBody {
  return {
    trigger_type_code: 'OBS',
    event_data: {
      name,
      bucket,
      events: on.length === 0 ? ['ObjectCreated'] : on,
      ...(prefix === undefined ? {} : { prefix }),
      ...(suffix === undefined ? {} : { suffix }),
    },
  };
}
