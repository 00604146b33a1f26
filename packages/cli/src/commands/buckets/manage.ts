import { all, connectStorage, STORAGE_FLAGS, textBody, textOf } from '../../buckets/index.ts';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand, YES_FLAG } from '../../framework/index.ts';
import { BUCKET } from './arguments.ts';

export const createBucket = defineCommand({
  name: 'buckets create',
  summary: 'Make a bucket in the project of the credentials',
  flags: CONNECTION_FLAGS,
  args: [BUCKET],
  examples: ['fgs buckets create photos'],
  async run({ flags, args: { bucket } }, context) {
    const { signal } = context;
    const client = await connectStorage(flags, context);
    const { client: api, credentials } = await connect(flags, context);
    const { projects } = (await api.call('listAuthProjects', { signal })).data;
    const project = projects.find(({ id }) => id === credentials.projectId);
    const name = project === undefined ? '' : `<LocationConstraint>${escaped(project.name)}</LocationConstraint>`;
    const body = textBody(`<CreateBucketConfiguration>${name}</CreateBucketConfiguration>`);
    await client.headers({ method: 'PUT', bucket, body, signal });
    return { kind: 'message', text: `${bucket}: created`, data: { name: bucket, outcome: 'created' } };
  },
});

export const listBuckets = defineCommand({
  name: 'buckets list',
  summary: 'Buckets of all projects that you may see, by name',
  flags: STORAGE_FLAGS,
  args: [],
  examples: ['fgs buckets list'],
  async run({ flags }, context) {
    const client = await connectStorage(flags, context);
    const root = await client.document({ method: 'GET', signal: context.signal });
    const rows = all(all(root, 'Buckets')[0], 'Bucket').map((one) => ({
      name: textOf(one, 'Name'),
      created: textOf(one, 'CreationDate'),
      region: textOf(one, 'BucketRegion'),
    }));
    const none = 'no buckets; make one with: fgs buckets create NAME';
    return { kind: 'table', columns: { name: 'BUCKET', created: 'CREATED', region: 'REGION' }, rows, none };
  },
});

export const showBucket = defineCommand({
  name: 'buckets show',
  summary: 'A bucket with its address',
  flags: STORAGE_FLAGS,
  args: [BUCKET],
  examples: ['fgs buckets show photos'],
  async run({ flags, args: { bucket } }, context) {
    const client = await connectStorage(flags, context);
    const headers = await client.headers({ method: 'HEAD', bucket, signal: context.signal });
    const region = headers['x-amz-bucket-region'];
    return { kind: 'record', data: { name: bucket, region, address: `${client.endpoint}/${bucket}` } };
  },
});

export const deleteBucket = defineCommand({
  name: 'buckets delete',
  summary: 'Delete a bucket, which must be empty',
  flags: { ...YES_FLAG, ...STORAGE_FLAGS },
  args: [BUCKET],
  examples: ['fgs buckets delete photos --yes'],
  async run({ flags, args: { bucket } }, context) {
    const client = await connectStorage(flags, context);
    if (!flags.yes) await confirmDeletion(`bucket ${bucket}`, context);
    await client.headers({ method: 'DELETE', bucket, signal: context.signal });
    return { kind: 'message', text: `${bucket}: deleted`, data: { name: bucket, outcome: 'deleted' } };
  },
});

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
}
