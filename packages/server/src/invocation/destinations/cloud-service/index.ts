import type { DestinationCode } from '@funcgraph/api';
import type { DestinationKind } from '../destination-kind.ts';

/** A service of the cloud that does not exist here: the setting is stored, and no outcome is delivered. */
export const cloudService = (code: DestinationCode): DestinationKind<string> => ({
  code,
  keepsSetter: false,
  target: (receiver) => receiver,
  describe: (receiver) => `${code} ${receiver}`,
  async deliver(receiver) {
    const message = `${code} (${receiver}) is not available here: no outcome is delivered to it`;
    return { kind: 'undeliverable', reason: 'not_supported', message };
  },
});
