import type { Config } from '../config/index.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { Membership } from '../storage/index.ts';

/** Throws `StartupError` where functions of other servers would have no code. */
export function checkShared(
  { livePeer: other }: Pick<Membership, 'livePeer'>,
  config: Pick<Config, 'sharedArtifacts'>,
): void {
  if (other === undefined || config.sharedArtifacts !== undefined) return;
  throw new StartupError('artifacts', `the server ${other.name} uses the database too, and no code is shared with it`, {
    hint: 'Start every server on the database with --artifacts: a folder that all of them mount, or s3://BUCKET/PREFIX.',
  });
}
