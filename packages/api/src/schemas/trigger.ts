import { Type } from 'typebox';
import { WireInt as integer, Nullable, WireText as text } from './common.ts';

/** Type codes of the API, including those of event sources that do not exist here. */
export const TRIGGER_TYPES = [
  'TIMER',
  'APIG',
  'DEDICATEDGATEWAY',
  'APIC',
  'CTS',
  'DDS',
  'DIS',
  'DMS',
  'EVENTGRID',
  'GAUSSMONGO',
  'IOTDA',
  'KAFKA',
  'LTS',
  'OBS',
  'OPENSOURCEKAFKA',
  'RABBITMQ',
  'ROCKETMQ',
  'SMN',
] as const;

const FunctionInfo = Type.Object({
  function_urn: text('This function; the URN of the request unless given.'),
  invocation_type: text('sync or async'),
  timeout: integer('How long the caller waits for the function at most, in ms: 1 to 60000.'),
  version: text(),
});

/** Settings of any kind of trigger; each kind checks which of them it has. */
const EventData = Type.Object({
  name: text('Name of the timer, or of the API.'),
  schedule_type: text('TIMER: Rate or Cron'),
  schedule: text('TIMER: 15m, 2h or 3d; or second minute hour day month [weekday], CRON_TZ=<zone> ..., @every 90s'),
  user_event: text('TIMER: text that each event carries'),
  type: integer('APIG: 1 public, 2 private'),
  path: text('APIG: /users/{id}'),
  protocol: text('APIG: HTTP or HTTPS'),
  req_method: text('APIG: GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS or ANY'),
  group_id: text('APIG'),
  group_name: text('APIG'),
  match_mode: text('APIG: SWA for the path and all below it, NORMAL for the path alone'),
  env_name: text('APIG: RELEASE unless given'),
  env_id: text('APIG'),
  auth: text('APIG: IAM, APP or NONE; IAM unless given'),
  backend_type: text('APIG: FUNCTION'),
  func_info: Nullable(FunctionInfo),
  sl_domain: text('APIG'),
  instance_id: text('APIG: the gateway'),
});

const Status = Type.Union([Type.Literal('ACTIVE'), Type.Literal('DISABLED')]);
const OptionalStatus = Nullable(Status);

export const CreateTriggerBody = Type.Object({
  trigger_type_code: Type.String(),
  trigger_status: OptionalStatus,
  event_type_code: text('Has no effect.'),
  event_data: EventData,
});

export const UpdateTriggerBody = Type.Object({
  trigger_status: OptionalStatus,
  event_data: Nullable(
    Type.Decode(Type.Union([EventData, Type.Array(EventData, { maxItems: 1 })]), (data) =>
      Array.isArray(data) ? data[0] : data,
    ),
    { description: 'The changes; as an object, or in a list as the SDK sends it.' },
  ),
});

export const Trigger = Type.Object({
  trigger_id: Type.String(),
  trigger_type_code: Type.String(),
  trigger_status: Status,
  event_data: Type.Record(Type.String(), Type.Unknown()),
  func_urn: Type.String({ description: 'With the version or alias that the trigger belongs to.' }),
  created_time: Type.String(),
  last_updated_time: Type.String(),
});

/** A bare list, as the API has it. */
export const TriggerList = Type.Array(Trigger);
