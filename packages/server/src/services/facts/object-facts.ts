import type { FactRecorder, ObjectFact } from '../buckets/index.ts';
import type { Facts } from './facts.ts';
import type { Fact } from './types.ts';

/** The source of facts about the objects of a bucket. */
export function bucketSource(projectId: string, bucket: string): string {
  return `bucket ${projectId} ${bucket}`;
}

/** Notes changes of objects, for `Buckets`. */
export function objectFacts(facts: Pick<Facts, 'note' | 'published'>): FactRecorder {
  return {
    statements: (object) => {
      const { id, at, projectId, bucket, chainDepth: depth } = object;
      const source = bucketSource(projectId, bucket);
      return [facts.note({ id, projectId, source, at, depth, body: { ...object } })];
    },
    recorded: () => facts.published(),
  };
}

/** The change that a fact of a `bucketSource` is about. */
export function objectOf({ body }: Fact): ObjectFact {
  return body as unknown as ObjectFact;
}
