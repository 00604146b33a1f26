import { cloudService } from './cloud-service/index.ts';
import type { DestinationKind } from './destination-kind.ts';
import { functionDestination } from './function/index.ts';
import { obsDestination } from './obs/index.ts';
import { smnDestination } from './smn/index.ts';
import { webhookDestination } from './webhook/index.ts';

/** Every kind of destination. */
export const DESTINATIONS: readonly DestinationKind[] = [
  functionDestination,
  webhookDestination,
  obsDestination,
  smnDestination,
  cloudService('DIS'),
];
