import type { DestinationKind } from './destination-kind.ts';
import { disDestination } from './dis/index.ts';
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
  disDestination,
];
