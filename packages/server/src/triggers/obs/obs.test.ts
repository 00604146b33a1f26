import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trigger } from '../../control/index.ts';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { refusal } from '../../lib/testing.ts';
import { type Fact, type ObjectEvent, type ObjectFact, objectFacts } from '../../services/index.ts';
import { TRIGGERS } from '../kinds.ts';
import { eventsOf } from './object-events.ts';
import { obsEvent } from './obs-event.ts';
import { matches, type ObjectFilter, type ObsSettings, overlap } from './obs-settings.ts';

const OBJECT: ObjectFact = {
  id: 'fact-1',
  event: 'ObjectCreated:Put',
  at: Date.UTC(2025, 6, 28, 9, 47, 50, 352),
  region: 'local-1',
  accountId: 'account',
  projectId: 'p1',
  bucket: 'photos',
  key: 'dir/a b+ü.png',
  size: 823_596,
  etag: '9d377b10ce778c4938b3c7e2c63a229a',
  sequencer: '00000000160DEB4D5D1E0000',
  principalId: 'user',
  sourceIp: '1.2.3.4',
  requestId: 'r1',
  chainDepth: 0,
};

describe('the event of an object', () => {
  it('has the fields of the guide', () => {
    expect(JSON.parse(obsEvent(OBJECT, 'objects').toString())).toEqual({
      Records: [
        {
          eventVersion: '2.0',
          eventSource: 'aws:s3',
          awsRegion: 'local-1',
          eventTime: '2025-07-28T09:47:50.352Z',
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: 'user' },
          requestParameters: { sourceIPAddress: '1.2.3.4' },
          responseElements: { 'x-amz-request-id': 'r1', 'x-amz-id-2': 'fact-1' },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'objects',
            bucket: { name: 'photos', ownerIdentity: { PrincipalId: 'account' }, arn: 'arn:aws:s3:::photos' },
            object: {
              key: 'dir%2Fa+b%2B%C3%BC.png',
              eTag: '9d377b10ce778c4938b3c7e2c63a229a',
              size: 823_596,
              versionId: 'null',
              sequencer: '00000000160DEB4D5D1E0000',
            },
          },
        },
      ],
    });
  });

  it('of a removed object has neither size nor tag', () => {
    const { Records } = JSON.parse(obsEvent({ ...OBJECT, event: 'ObjectRemoved:Delete' }, 'objects').toString());
    expect(Object.keys(Records[0].s3.object)).toEqual(['key', 'versionId', 'sequencer']);
  });
});

it.each<[string, readonly ObjectEvent[] | undefined]>([
  ['ObjectRemoved', ['ObjectRemoved:Delete']],
  ['Put', ['ObjectCreated:Put']],
  ['ObjectCreated:Copy', ['ObjectCreated:Copy']],
  ['s3:ObjectCreated:CompleteMultipartUpload', ['ObjectCreated:CompleteMultipartUpload']],
  ['s3:ObjectRemoved:*', ['ObjectRemoved:Delete']],
  ['s3:ObjectRemoved:DeleteMarkerCreated', []],
  ['put', undefined],
  ['ObjectCreated:', undefined],
  ['*', undefined],
])('the name %s of an event stands for %j', (name, events) => {
  expect(eventsOf(name)).toEqual(events);
});

it('two filters overlap exactly when some key matches both', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 });
  const filter = fc.record({
    events: fc.constantFrom(['Put'], ['Copy'], ['ObjectCreated']),
    prefix: text,
    suffix: text,
  });
  fc.assert(
    fc.property(filter, filter, (one: ObjectFilter, other: ObjectFilter) => {
      // the longest key that may be necessary: the longer prefix, then the longer suffix
      const longer = (a: string, b: string) => (a.length > b.length ? a : b);
      const key = longer(one.prefix, other.prefix) + longer(one.suffix, other.suffix);
      const both = (['ObjectCreated:Put', 'ObjectCreated:Copy'] as const).some(
        (event) => matches(one, { event, key }) && matches(other, { event, key }),
      );
      expect(overlap(one, other)).toBe(both);
    }),
  );
});

describe('triggers of buckets', () => {
  const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
  const OBS: ObsSettings = { kind: 'OBS', name: 'objects', bucket: 'photos', events: ['Put'], prefix: '', suffix: '' };
  let control: TestControl;
  beforeEach(async () => {
    const bucket = (name: string) =>
      Promise.resolve({ photos: { projectId: 'p1' }, foreign: { projectId: 'p2' } }[name]);
    control = await openTestControl({
      triggers: TRIGGERS,
      sources: {
        bucket,
        topic: () => Promise.resolve(false),
        brokerHosts: new Set(),
        stream: () => Promise.resolve(false),
      },
    });
    for (const name of ['hello', 'other'])
      await control.functions.create('p1', { name, runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 });
  });
  afterEach(() => control.close());
  const add = (more: Partial<ObsSettings> = {}, name = 'hello', active = true) =>
    control.triggers.create({ ...HELLO, name }, 'latest', { active, settings: { ...OBS, ...more } });
  const update = ({ id }: Trigger, change: Partial<ObsSettings>) =>
    control.triggers.update(
      { name: HELLO, qualifier: undefined, kind: 'OBS', id },
      { settings: ({ settings }) => ({ ...settings, ...change }) },
    );

  it.each<[string, Partial<ObsSettings>, string]>([
    ['no bucket', { bucket: '' }, 'invalid_obs_trigger'],
    ['a name of a bucket that is too long', { bucket: 'b'.repeat(65) }, 'invalid_obs_trigger'],
    ['no events', { events: [] }, 'invalid_obs_trigger'],
    ['an unknown event', { events: ['Put', 'Rename'] }, 'invalid_obs_trigger'],
    ['only an event that never happens', { events: ['DeleteMarkerCreated'] }, 'invalid_obs_trigger'],
    ['a prefix that is too long', { prefix: 'ü'.repeat(513) }, 'invalid_obs_trigger'],
    ['a suffix that is no text', { suffix: '\ud800' }, 'invalid_obs_trigger'],
    ['a bucket that does not exist', { bucket: 'none' }, 'bucket_not_usable'],
    ['a bucket of another project', { bucket: 'foreign' }, 'bucket_not_usable'],
  ])('are refused with %s', async (_, change, code) => {
    expect(await refusal(add(change))).toBe(code);
    const made = await add();
    expect(await refusal(update(made, change))).toBe(code);
  });

  it('cannot be disabled, and share no objects', async () => {
    expect(await refusal(add({}, 'hello', false))).toBe('invalid_obs_trigger');
    const made = await add({ prefix: 'in/' });
    expect(await refusal(add({ name: 'second', events: ['ObjectCreated'] }, 'other'))).toBe('obs_trigger_clash');
    expect(await refusal(add({ name: 'second', prefix: 'in/a' }, 'other'))).toBe('obs_trigger_clash');
    expect(await refusal(add({ name: 'second', events: ['Delete'] }, 'other'))).toBe('fine');
    expect(await refusal(add({ name: 'third', prefix: 'out/' }, 'other'))).toBe('fine');
    expect(await refusal(update(made, { prefix: 'out' }))).toBe('obs_trigger_clash');
    expect(await refusal(update(made, { prefix: 'in/b' }))).toBe('fine');
  });

  it('keep facts of their bucket, from their creation to their deletion', async () => {
    const noted: Fact[] = [];
    const row = async () =>
      (await control.storage.db.selectFrom('function_trigger').select('source').execute()).map(({ source }) => source);
    objectFacts({
      note: (fact) => {
        noted.push(fact);
        return { query: control.storage.db.selectFrom('fact').selectAll().compile() };
      },
      published: () => {},
    }).statements(OBJECT);
    await add();
    expect(await row()).toEqual([noted[0]?.source]);
    await control.triggers.deleteAll(HELLO, undefined);
    expect(await row()).toEqual([]);
  });
});
