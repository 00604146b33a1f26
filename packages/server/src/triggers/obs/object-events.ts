import type { ObjectEvent } from '../../services/index.ts';

const CREATED = [
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
] as const satisfies readonly ObjectEvent[];
const REMOVED = ['ObjectRemoved:Delete'] as const satisfies readonly ObjectEvent[];

/** Buckets have no versions, so it never happens. */
const NEVER = 'ObjectRemoved:DeleteMarkerCreated';

/** By each of their names. The SDK has short names, OBS and S3 long ones. */
const EVENTS: ReadonlyMap<string, readonly ObjectEvent[]> = new Map<string, readonly ObjectEvent[]>([
  ...(['ObjectCreated', 'ObjectCreated:*'] as const).map((name) => [name, CREATED] as const),
  ...(['ObjectRemoved', 'ObjectRemoved:*'] as const).map((name) => [name, REMOVED] as const),
  ...[...CREATED, ...REMOVED].flatMap((event) => [
    [event, [event]] as const,
    [event.slice(event.indexOf(':') + 1), [event]] as const,
  ]),
  [NEVER, []],
  [NEVER.slice(NEVER.indexOf(':') + 1), []],
]);

/** What a name of `event_data` stands for; undefined for a name that is none. */
export function eventsOf(name: string): readonly ObjectEvent[] | undefined {
  return EVENTS.get(name.replace(/^s3:/, ''));
}
