import { readDestination } from '../../control/index.ts';
import type { DeliveryAttributes } from '../async/delivery-message.ts';
import type { Delivery, DeliveryResult, DestinationKind } from './destination-kind.ts';
import { DESTINATIONS } from './kinds.ts';
import { refusal } from './refusal.ts';

/** One attempt to deliver an outcome. Does not reject for failures of the destination. */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const { destination, oversize } = delivery.attributes;
  if (oversize !== undefined) {
    const text = `the event has ${oversize} bytes, more than a destination takes`;
    return { kind: 'undeliverable', reason: 'too_large', message: text };
  }
  let read: { readonly kind: DestinationKind; readonly target: unknown };
  try {
    read = readDestination(destination, DESTINATIONS, 'destination');
  } catch (error) {
    return refusal(error);
  }
  return read.kind.deliver(read.target, delivery);
}

/** Names the destination for users, without secret parts of an address. */
export function describeDestination({ destination }: Pick<DeliveryAttributes, 'destination'>): string {
  try {
    const { kind, target } = readDestination(destination, DESTINATIONS, 'destination');
    return kind.describe(target);
  } catch {
    return destination.destination;
  }
}
