import { emptyAnswer, xmlAnswer } from '../answers/answer.ts';
import type { Call, HandlersOf } from '../call.ts';
import { StorageError } from '../errors.ts';
import { lifecycleNode, lifecycleOf } from '../xml/lifecycle.ts';
import type { Element } from '../xml/read.ts';

/** 100 rules with their names and prefixes. */
const MAX_DOCUMENT_BYTES = 512 * 1024;

/** What buckets do by themselves. */
export const configurationHandlers: HandlersOf<
  'getVersioning' | 'getNotification' | 'putNotification' | 'getLifecycle' | 'putLifecycle' | 'deleteLifecycle'
> = {
  // an empty one: versions were never on
  async getVersioning({ caller, bucket, dialect }, { buckets }) {
    await buckets.authorizeSetting(caller, bucket, 'obs:bucket:GetBucketVersioning');
    return xmlAnswer('VersioningConfiguration', {}, dialect);
  },

  async getNotification({ caller, bucket, dialect }, { buckets }) {
    await buckets.authorizeSetting(caller, bucket, 'obs:bucket:GetBucketNotification');
    return xmlAnswer('NotificationConfiguration', {}, dialect);
  },

  async putNotification(call, { buckets }) {
    const root = await documentOf(call, 'NotificationConfiguration');
    // the right to change a bucket is no right to start functions
    if (root.children.length > 0) {
      throw new StorageError(
        'NotImplemented',
        'A bucket starts functions by their triggers, not by rules of its own.',
        {
          hint: 'Use createFunctionTrigger with the type OBS, or fgs triggers create FUNCTION --bucket NAME.',
        },
      );
    }
    await buckets.authorizeSetting(call.caller, call.bucket, 'obs:bucket:PutBucketNotification');
    return emptyAnswer(200);
  },

  async getLifecycle({ caller, bucket, dialect, claimedRegion }, { buckets }) {
    const rules = await buckets.lifecycle(caller, bucket);
    return xmlAnswer('LifecycleConfiguration', lifecycleNode(rules, claimedRegion !== undefined), dialect);
  },

  async putLifecycle(call, { buckets }) {
    const root = await documentOf(call, 'LifecycleConfiguration');
    await buckets.putLifecycle(call.caller, call.bucket, lifecycleOf(root));
    return emptyAnswer(200);
  },

  async deleteLifecycle({ caller, bucket }, { buckets }) {
    await buckets.deleteLifecycle(caller, bucket);
    return emptyAnswer(204);
  },
};

async function documentOf({ document }: Call, root: string): Promise<Element> {
  const found = await document(root, MAX_DOCUMENT_BYTES);
  if (found === undefined) throw new StorageError('MalformedXML', 'The request has no body.');
  return found;
}
