import { parseUrn } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Accepting } from '../async/acceptance.ts';
import type { DeliveryAttributes } from '../async/delivery-message.ts';
import { route } from '../resolve.ts';
import type { DeliveringAs, DeliverOptions } from './destination-kind.ts';

export const UNKNOWN_SETTER = 'it is not known who set this destination; set it again, or give the function an agency';

/** Undefined for a destination without a recorded setter. */
export function deliveringAs(
  { catalog, random }: DeliverOptions,
  attributes: DeliveryAttributes,
): DeliveringAs | undefined {
  const name = agencyOf(catalog, random, attributes.urn);
  if (name !== undefined) return { kind: 'agency', name };
  const { setBy: setter } = attributes.destination;
  return setter === undefined ? undefined : { kind: 'setter', setter };
}

/** The current agency of the function that the outcome belongs to; undefined also when the function is deleted. */
function agencyOf(catalog: Accepting['catalog'], random: Accepting['random'], text: string): string | undefined {
  const urn = parseUrn(text);
  if (urn === undefined) return undefined;
  try {
    return route(catalog, { urn }, random).snapshot.platformAgency;
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
