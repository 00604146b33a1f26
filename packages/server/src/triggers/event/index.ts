import { TRIGGER_KINDS } from '@funcgraph/api';
import { eventAddress } from '../../domain/event-address.ts';
import type { TriggerKind } from '../trigger-kind.ts';
import { checkEvent, type EventSettings, readEvent } from './event-settings.ts';

/** CloudEvents that any sender posts to an address of the gateway. */
export const event: TriggerKind<EventSettings, 'EVENT'> = {
  code: 'EVENT',
  fields: TRIGGER_KINDS.EVENT.fields,
  errors: { invalid: 'invalid_event_trigger', exists: 'event_trigger_exists' },
  forHttp: false,
  hasSecret: true,
  check: checkEvent,
  read: readEvent,
  data: ({ name, types }) => ({ name, types: [...types] }),
  answer: ({ id }, { gateway }) => ({ invoke_url: gateway + eventAddress(id) }),
  sample: {
    name: 'cloudevent-event-template',
    description: 'A CloudEvent was posted to the event webhook',
    content: {
      specversion: '1.0',
      id: '7c307f6a-cf68-4e65-8be0-4c77405a1b2c',
      source: 'https://shop.example.com/orders',
      type: 'com.example.order.created',
      subject: '4711',
      time: '2026-01-01T00:30:00Z',
      datacontenttype: 'application/json',
      data: { order: 4711, total: 29.9 },
    },
  },
};
