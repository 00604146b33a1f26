import type { Noun } from '../../framework/index.ts';
import { ls } from './ls.ts';
import { createBucket, deleteBucket, listBuckets, showBucket } from './manage.ts';
import { getObject, presign, putObject } from './objects.ts';
import { rm } from './rm.ts';

export const buckets: Noun = {
  name: 'buckets',
  summary: 'Buckets: objects that functions, S3 and OBS clients share',
  commands: [createBucket, listBuckets, showBucket, deleteBucket, ls, putObject, getObject, rm, presign],
};
