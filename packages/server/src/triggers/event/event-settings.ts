import type { TriggerFields } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';

export interface EventSettings {
  readonly kind: 'EVENT';
  readonly name: string;
  /** Types of events; with `*` at the end all that begin so. None stands for every type. */
  readonly types: readonly string[];
}

const TYPE = /^[\x21-\x7e]+$/;

/** Reads them from decoded `event_data`. */
export function readEvent({ name = '', types = [] }: TriggerFields<'EVENT'>): EventSettings {
  return { kind: 'EVENT', name: name || 'event', types };
}

/** Throws `invalid_event_trigger`. */
export function checkEvent({ types }: EventSettings): void {
  for (const [index, type] of types.entries()) {
    if (TYPE.test(type) && !type.slice(0, -1).includes('*')) continue;
    const message = `types[${index}]: ${JSON.stringify(type.slice(0, 100))} is no type of events`;
    throw new PlatformError('invalid_event_trigger', message, {
      hint: 'For example com.example.order.created, or com.example.order.* for all that begin so.',
    });
  }
}

/** Whether an event of the type starts the target. */
export function takesType({ types }: Pick<EventSettings, 'types'>, type: string): boolean {
  return (
    types.length === 0 ||
    types.some((taken) => (taken.endsWith('*') ? type.startsWith(taken.slice(0, -1)) : type === taken))
  );
}

export function isEvent(settings: { readonly kind: string }): settings is EventSettings {
  return settings.kind === 'EVENT';
}
