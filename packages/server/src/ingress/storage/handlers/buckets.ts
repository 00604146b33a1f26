import type { Bucket } from '../../../services/index.ts';
import { emptyAnswer, isoTime, xmlAnswer } from '../answers/answer.ts';
import type { Call, HandlersOf } from '../call.ts';
import { StorageError } from '../errors.ts';
import { maybe } from '../xml/read.ts';
import { ownerOf } from './listings.ts';

const MAX_DOCUMENT_BYTES = 64 * 1024;
const OBS_VERSION = '3.0';

export const bucketHandlers: HandlersOf<
  'listBuckets' | 'createBucket' | 'headBucket' | 'deleteBucket' | 'getLocation'
> = {
  async listBuckets(call, { buckets }) {
    const { caller, projects, dialect } = call;
    const readable = projects.filter(({ id }) => caller.may('obs:bucket:ListAllMyBuckets', { projectId: id }));
    const found: Bucket[] = [];
    // without any it throws in its own words
    for (const { id } of readable.length === 0 ? [{ id: caller.projectId }] : readable) {
      found.push(...(await buckets.listBuckets({ ...caller, projectId: id })));
    }
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    const shown = found.map(({ name, createdAt, region }) => ({
      Name: name,
      CreationDate: isoTime(createdAt),
      ...(dialect === 'obs' ? { Location: region, BucketType: 'OBJECT' } : { BucketRegion: region }),
    }));
    return xmlAnswer('ListAllMyBucketsResult', { Owner: ownerOf(call), Buckets: { Bucket: shown } }, dialect);
  },

  async createBucket(call, { iam, buckets, region }) {
    const { caller, bucket } = call;
    const place = placeOf(call, region, await constraintOf(call));
    const { projectId } = place;
    await iam.tenancy.gate.during(projectId, () =>
      buckets.createBucket({ ...caller, projectId }, bucket, place.region),
    );
    return emptyAnswer(200, [['Location', `/${bucket}`]]);
  },

  async headBucket({ caller, bucket, dialect }, { buckets }) {
    const { region } = await buckets.headBucket(caller, bucket);
    return emptyAnswer(200, [
      [dialect === 'obs' ? 'x-obs-bucket-location' : 'x-amz-bucket-region', region],
      ['x-obs-version', OBS_VERSION],
    ]);
  },

  async deleteBucket({ caller, bucket }, { buckets }) {
    await buckets.deleteBucket(caller, bucket);
    return emptyAnswer(204);
  },

  async getLocation({ caller, bucket, dialect }, { buckets }) {
    const region = await buckets.location(caller, bucket);
    return xmlAnswer(dialect === 'obs' ? 'Location' : 'LocationConstraint', region, dialect);
  },
};

async function constraintOf({ document }: Call): Promise<string> {
  const root = await document('CreateBucketConfiguration', MAX_DOCUMENT_BYTES);
  if (root === undefined) return '';
  const other = root.children.find(({ name }) => name !== 'LocationConstraint' && name !== 'Location');
  if (other !== undefined) {
    throw new StorageError('NotImplemented', `${other.name.slice(0, 60)} of a new bucket is not implemented.`);
  }
  return (maybe(root, 'LocationConstraint') ?? maybe(root, 'Location'))?.text ?? '';
}

/**
 * The project of a new bucket, and the region to compare with that of the server. Clouds name projects by region, so the
 * constraint may name a project of the account. SDKs send the region of their configuration, which they sign for too:
 * here every one is served.
 */
function placeOf(
  { caller, projects, claimedRegion }: Call,
  region: string,
  constraint: string,
): { readonly projectId: string; readonly region?: string } {
  const project = projects.find(({ name }) => name === constraint);
  if (project !== undefined) return { projectId: project.id };
  const { projectId } = caller;
  if (constraint === '' || constraint === region || constraint === claimedRegion) return { projectId };
  throw new StorageError(
    'InvalidLocationConstraint',
    'The location is neither the region of the server nor a project.',
    {
      hint: `The region is ${region}.`,
    },
  );
}
