import { type Static, type StaticDecode, Type } from 'typebox';
import { Nullable, WireText } from './common.ts';
import { ctsTrigger } from './trigger-kinds/cts.ts';
import type { TriggerDescription } from './trigger-kinds/description.ts';
import { disTrigger } from './trigger-kinds/dis.ts';
import { eventTrigger } from './trigger-kinds/event.ts';
import { gatewayTrigger } from './trigger-kinds/gateway.ts';
import { kafkaTrigger } from './trigger-kinds/kafka.ts';
import { ltsTrigger } from './trigger-kinds/lts.ts';
import { obsTrigger } from './trigger-kinds/obs.ts';
import { rabbitmqTrigger } from './trigger-kinds/rabbitmq.ts';
import { smnTrigger } from './trigger-kinds/smn.ts';
import { timerTrigger } from './trigger-kinds/timer.ts';

/** Type codes of the API, including those of event sources that do not exist here, and ours: EVENT. */
export const TRIGGER_TYPES = [
  'TIMER',
  'APIG',
  'DEDICATEDGATEWAY',
  'APIC',
  'CTS',
  'DDS',
  'DIS',
  'DMS',
  'EVENT',
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

/** The kinds of triggers that exist here, by type code. */
export const TRIGGER_KINDS = {
  TIMER: timerTrigger,
  APIG: { ...gatewayTrigger, flowType: 'APIG' },
  DEDICATEDGATEWAY: { ...gatewayTrigger, flowType: 'APIG_DE' },
  OBS: obsTrigger,
  SMN: smnTrigger,
  CTS: ctsTrigger,
  DIS: disTrigger,
  EVENT: eventTrigger,
  LTS: ltsTrigger,
  RABBITMQ: rabbitmqTrigger,
  KAFKA: { ...kafkaTrigger, flowType: 'KAFKA' },
  OPENSOURCEKAFKA: { ...kafkaTrigger, flowType: 'OPENSOURCEKAFKA' },
} as const;

export type TriggerTypeCode = keyof typeof TRIGGER_KINDS;
/** Settings of a kind as the server decodes them. */
export type TriggerFields<K extends TriggerTypeCode> = StaticDecode<(typeof TRIGGER_KINDS)[K]['fields']>;

/** Kinds that can start flows, by the `trigger_type` of definitions. */
export const FLOW_TRIGGERS: ReadonlyMap<string, TriggerTypeCode> = new Map(
  (Object.keys(TRIGGER_KINDS) as TriggerTypeCode[]).flatMap((code) => {
    const kind: TriggerDescription = TRIGGER_KINDS[code];
    return kind.flowType === undefined ? [] : [[kind.flowType, code]];
  }),
);

/**
 * Settings of any kind of trigger. Only the type code decides which kind is meant, so the server decodes them by the
 * schema of that kind when it has read the code.
 */
const EventData = Type.Unsafe<Static<(typeof TRIGGER_KINDS)[TriggerTypeCode]['fields']>>({
  type: 'object',
  anyOf: [...new Set(Object.values(TRIGGER_KINDS).map(({ fields }) => fields))],
});

const Status = Type.Union([Type.Literal('ACTIVE'), Type.Literal('DISABLED')]);
const OptionalStatus = Nullable(Status);

export const CreateTriggerBody = Type.Object({
  trigger_type_code: Type.String(),
  trigger_status: OptionalStatus,
  event_type_code: WireText('Has no effect.'),
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

export const TriggerConnection = Type.Object(
  {
    state: Type.Union([Type.Literal('CONNECTED'), Type.Literal('RETRYING')]),
    error: Type.String(),
    since: Type.String(),
    lag: Type.Optional(
      Type.Integer({
        description:
          'Of a trigger of a stream: records of all shards that did not run yet; of a log: lines of this server without an event.',
      }),
    ),
  },
  {
    description:
      'Of an active trigger of a message broker, a stream or a log; only when it is shown by itself or in a list.',
  },
);

export const Trigger = Type.Object({
  trigger_id: Type.String(),
  trigger_type_code: Type.String(),
  trigger_status: Status,
  event_data: Type.Record(Type.String(), Type.Unknown()),
  func_urn: Type.String({ description: 'With the version or alias that the trigger belongs to.' }),
  created_time: Type.String(),
  last_updated_time: Type.String(),
  connection: Type.Optional(TriggerConnection),
  secret: Type.Optional(
    Type.String({
      description: 'Of EVENT triggers: proves a sender. Only for those who may change the trigger; not in lists.',
    }),
  ),
  warning: Type.Optional(
    Type.String({ description: 'Of a new or changed trigger: what about it is probably a mistake, such as a loop.' }),
  ),
});

/** A bare list, as the API has it. */
export const TriggerList = Type.Array(Trigger);
