import type { MessageProperties } from 'amqplib';
import { expect, it } from 'vitest';
import { nameOf } from './message-name.ts';

const name = (properties: Partial<MessageProperties>) =>
  nameOf({ fields: { exchange: 'e', routingKey: 'k' }, properties: properties as MessageProperties });

it('a message with an id is named by it, whatever its headers are', () => {
  expect(name({ messageId: 'm1', headers: { a: 1 } })).toBe(name({ messageId: 'm1', headers: {} }));
  expect(name({ messageId: 'm1' })).not.toBe(name({ messageId: 'm2' }));
});

it('a message without an id is named by its properties, but not by what the broker counts', () => {
  expect(name({ timestamp: 1 })).not.toBe(name({ timestamp: 2 }));
  expect(name({ headers: { a: 1 } })).not.toBe(name({ headers: { a: 2 } }));
  expect(name({ headers: { 'x-delivery-count': 1 } })).toBe(name({ headers: { 'x-delivery-count': 2 } }));
  expect(name({})).toBe(name({}));
});
