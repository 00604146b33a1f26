'use strict';

const { GetObjectCommand, PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
const { makeThumbnail } = require('./thumbnail.js');

const MOST_BYTES = 10 * 1024 * 1024;
const LINK_SECONDS = 12 * 3600;

/** A client with the rights of the agency. Its keys belong to this invocation, so it is not stored for the next. */
function storage(endpoint, context) {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: context.getSecurityAccessKey(),
      secretAccessKey: context.getSecuritySecretKey(),
      sessionToken: context.getSecurityToken(),
    },
  });
}

async function publish(subject, message, context) {
  const path = `/v2/${context.getProjectID()}/notifications/topics/${context.getUserData('TOPIC')}/publish`;
  const response = await fetch(process.env.RUNTIME_PLATFORM_ENDPOINT + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': context.getToken() },
    body: JSON.stringify({ subject, message }),
  });
  if (!response.ok) throw new Error(`publishing failed with ${response.status}: ${await response.text()}`);
}

/** Undefined when the picture was deleted after its upload. */
async function read(s3, source) {
  try {
    const { Body } = await s3.send(new GetObjectCommand(source));
    return Buffer.from(await Body.transformToByteArray());
  } catch (error) {
    if (error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Gets the event of an upload. Writes a thumbnail under the same key to another bucket and publishes a link to it. */
exports.handler = async ({ Records: [{ s3: uploaded }] }, context) => {
  const log = context.getLogger();
  // Keys in events are encoded like a form field.
  const key = decodeURIComponent(uploaded.object.key.replaceAll('+', ' '));
  const thumbnail = { Bucket: context.getUserData('THUMBNAILS'), Key: key };
  if (uploaded.object.size > MOST_BYTES) {
    throw new Error(`${key} has ${uploaded.object.size} bytes; at most ${MOST_BYTES} are read`);
  }

  const s3 = storage(process.env.RUNTIME_STORAGE_ENDPOINT, context);
  const picture = await read(s3, { Bucket: uploaded.bucket.name, Key: key });
  if (picture === undefined) {
    log.info('%s was deleted before it was read', key);
    return;
  }
  const { png, width, height } = makeThumbnail(picture);
  await s3.send(new PutObjectCommand({ ...thumbnail, Body: png, ContentType: 'image/png' }));

  // The reader of the mail reaches buckets at their public address, and the link is signed for that address.
  const outside = storage(context.getUserData('STORAGE'), context);
  const link = await getSignedUrl(outside, new GetObjectCommand(thumbnail), { expiresIn: LINK_SECONDS });
  await publish('New thumbnail', `${key}, ${width} x ${height} pixels\n\n${link}`, context);
  log.info('%s: %d x %d pixels', key, width, height);
};
