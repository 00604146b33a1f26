import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatSubscriptionUrn, formatTopicUrn, parseSubscriptionUrn, parseTopicUrn } from './topic-urn.ts';

const part = fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,80}$/);
const id = fc.stringMatching(/^[0-9a-f]{32}$/);

it('reads the URN of every topic and subscription that it writes', () => {
  fc.assert(
    fc.property(part, part, name, id, (region, projectId, topic, subscriptionId) => {
      const urn = { region, projectId, name: topic };
      expect(parseTopicUrn(formatTopicUrn(urn))).toEqual(urn);
      const subscription = { ...urn, subscriptionId };
      expect(parseSubscriptionUrn(formatSubscriptionUrn(subscription))).toEqual(subscription);
      expect(parseTopicUrn(formatSubscriptionUrn(subscription))).toBeUndefined();
    }),
  );
});

it.each([
  '',
  'urn:smn:r:p',
  'urn:smn:r:p:',
  'urn:smn:r:p:_a',
  'urn:smn:r:p:a b',
  'urn:smn:r::a',
  'urn:fss:r:p:a',
  'urn:smn:r:p:a\n',
  `urn:smn:r:p:${'a'.repeat(256)}`,
])('reads no topic from %j', (text) => {
  expect(parseTopicUrn(text)).toBeUndefined();
  expect(parseSubscriptionUrn(`${text}:${'0'.repeat(32)}`)).toBeUndefined();
});
