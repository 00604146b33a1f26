import type { TriggerTypeCode } from '@funcgraph/api';
import { ctsForm } from './kinds/cts.ts';
import { disForm } from './kinds/dis.ts';
import { eventForm } from './kinds/event.ts';
import { dedicatedGatewayForm, sharedGatewayForm } from './kinds/gateway.ts';
import { kafkaForm } from './kinds/kafka.ts';
import { ltsForm } from './kinds/lts.ts';
import { obsForm } from './kinds/obs.ts';
import { rabbitmqForm } from './kinds/rabbitmq.ts';
import { smnForm } from './kinds/smn.ts';
import { timerForm } from './kinds/timer.ts';
import type { TriggerForm } from './trigger-form.ts';

/** The form of every kind of trigger that the server has, in the order of the choice. */
export const TRIGGER_FORMS: { readonly [K in TriggerTypeCode]: TriggerForm } = {
  TIMER: timerForm as TriggerForm,
  DEDICATEDGATEWAY: dedicatedGatewayForm as TriggerForm,
  APIG: sharedGatewayForm as TriggerForm,
  EVENT: eventForm as TriggerForm,
  OBS: obsForm as TriggerForm,
  SMN: smnForm as TriggerForm,
  DIS: disForm as TriggerForm,
  LTS: ltsForm as TriggerForm,
  CTS: ctsForm as TriggerForm,
  KAFKA: kafkaForm as TriggerForm,
  OPENSOURCEKAFKA: kafkaForm as TriggerForm,
  RABBITMQ: rabbitmqForm as TriggerForm,
};

export const TRIGGER_CODES = Object.keys(TRIGGER_FORMS) as readonly TriggerTypeCode[];

/** The kind of a trigger of an answer; undefined for one that only a newer server has. */
export const kindKey = (code: string): TriggerTypeCode | undefined => TRIGGER_CODES.find((known) => known === code);

export function formOf(code: string): TriggerForm | undefined {
  const known = kindKey(code);
  return known === undefined ? undefined : TRIGGER_FORMS[known];
}
