import type { ObjectFact } from '../../services/index.ts';

/**
 * The event of a changed object. The key is encoded like a form field: `/` is `%2F`, a space `+`. A removed object has
 * neither size nor tag.
 */
export function obsEvent(fact: ObjectFact, configurationId: string): Buffer {
  const { event, bucket, key, size, etag } = fact;
  const isRemoved = event.startsWith('ObjectRemoved');
  const record = {
    eventVersion: '2.0',
    eventSource: 'aws:s3',
    awsRegion: fact.region,
    eventTime: new Date(fact.at).toISOString(),
    eventName: event,
    userIdentity: { principalId: fact.principalId },
    requestParameters: { sourceIPAddress: fact.sourceIp },
    responseElements: { 'x-amz-request-id': fact.requestId, 'x-amz-id-2': fact.id },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket, ownerIdentity: { PrincipalId: fact.accountId }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: new URLSearchParams({ key }).toString().slice('key='.length),
        ...(isRemoved ? {} : { eTag: etag, size }),
        versionId: 'null',
        sequencer: fact.sequencer,
      },
    },
  };
  return Buffer.from(JSON.stringify({ Records: [record] }));
}
