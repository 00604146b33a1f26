import { TRIGGER_KINDS } from '@funcgraph/api';
import {
  type NewTriggerOf,
  shownQualifier,
  type Trigger,
  type TriggerNeighbours,
  type TriggerSources,
} from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { bucketSource, objectOf } from '../../services/index.ts';
import type { TriggerKind } from '../trigger-kind.ts';
import { obsEvent } from './obs-event.ts';
import { checkObs, matches, type ObsSettings, obsData, overlap, readObs } from './obs-settings.ts';

export const obs: TriggerKind<ObsSettings, 'OBS'> = {
  code: 'OBS',
  fields: TRIGGER_KINDS.OBS.fields,
  errors: { invalid: 'invalid_obs_trigger', exists: 'obs_trigger_exists' },
  forHttp: false,
  check: checkObs,
  checkAmong,
  checkSource: checkBucket,
  listensTo: ({ projectId }, { bucket }) => bucketSource(projectId, bucket),
  getsResults: (settings, place) =>
    place.kind === 'objects' &&
    settings.bucket === place.bucket &&
    overlap(settings, { events: ['ObjectCreated:Put'], prefix: place.prefix, suffix: place.suffix }),
  read: readObs,
  data: obsData,
  event({ settings }, fact) {
    const object = objectOf(fact);
    return matches(settings, object) ? obsEvent(object, settings.name) : undefined;
  },
  sample: {
    name: 'obs-event-template',
    description: 'An object was put into a bucket; its key is URL-encoded',
    content: {
      Records: [
        {
          eventVersion: '2.0',
          eventTime: '2026-01-01T08:30:00.000Z',
          eventName: 'ObjectCreated:Put',
          awsRegion: 'local-1',
          requestParameters: { sourceIPAddress: '203.0.113.7' },
          userIdentity: { principalId: 'owner' },
          s3: {
            configurationId: 'UK1DGFPYUKUZFHNQ00000160CC0B471D101ED30CE24DF4DB',
            bucket: { name: 'my-bucket', ownerIdentity: { PrincipalId: 'owner' }, arn: 'arn:aws:s3:::my-bucket' },
            object: {
              key: 'pictures%2Fcat.png',
              eTag: '9d377b10ce778c4938b3c7e2c63a229a',
              size: 823_596,
              versionId: 'null',
              sequencer: '00000000160DEB4D5D1E0000',
            },
          },
        },
      ],
    },
  },
};

/** Throws `bucket_not_usable`. */
async function checkBucket({ bucket }: ObsSettings, projectId: string, sources: TriggerSources): Promise<void> {
  if ((await sources.bucket(bucket))?.projectId === projectId) return;
  throw new PlatformError('bucket_not_usable', `bucket: the project has no bucket ${bucket}`, {
    hint: 'Create it first; triggers listen to buckets of their own project.',
  });
}

/** Throws `invalid_obs_trigger`, `obs_trigger_clash`. */
function checkAmong(
  { fn, active, settings }: NewTriggerOf<ObsSettings>,
  { ofProject, ofFlows }: TriggerNeighbours,
): void {
  if (!active) {
    throw new PlatformError('invalid_obs_trigger', 'a trigger of a bucket cannot be disabled', { hint: 'Delete it.' });
  }
  const refuse = (name: string, owner: string): never => {
    const message = `trigger ${name} of ${owner} gets some of these events for the same objects of bucket ${settings.bucket}`;
    throw new PlatformError('obs_trigger_clash', message, { hint: 'Choose other events, another prefix or suffix.' });
  };
  const clashes = (other: { readonly settings: Trigger['settings'] }): boolean =>
    isObs(other.settings) && other.settings.bucket === settings.bucket && overlap(settings, other.settings);
  for (const other of ofProject()) {
    if (clashes(other)) refuse(other.settings.name, `${shownQualifier(other.qualifier)} of function ${other.fn.name}`);
  }
  for (const other of ofFlows(bucketSource(fn.projectId, settings.bucket))) {
    if (clashes(other)) refuse(other.settings.name, `flow ${other.flow}`);
  }
}

function isObs(settings: { readonly kind: string }): settings is ObsSettings {
  return settings.kind === 'OBS';
}
