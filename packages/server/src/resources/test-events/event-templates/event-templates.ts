import { PlatformError } from '../../../lib/platform-error.ts';
import { MESSAGE_EVENTS } from './message-events.ts';
import { SERVICE_EVENTS } from './service-events.ts';
import type { EventTemplate } from './types.ts';

const BLANK = { name: 'blank', kind: '', description: 'A small JSON object', content: { key: 'value' } };

/** A sample event of each kind of event source: of those that exist here, and then of others. */
export class EventTemplates {
  readonly #all: readonly EventTemplate[];

  constructor(ofKinds: readonly EventTemplate[]) {
    this.#all = [BLANK, ...ofKinds, ...SERVICE_EVENTS, ...MESSAGE_EVENTS];
  }

  list(): readonly EventTemplate[] {
    return this.#all;
  }

  /** By its whole name or without `-event-template`, in any case. Throws `event_template_not_found`. */
  find(name: string): EventTemplate {
    const requested = name.toLowerCase();
    const found = this.#all.find((each) => each.name === requested || each.name === `${requested}-event-template`);
    if (found !== undefined) return found;
    throw new PlatformError(
      'event_template_not_found',
      `there is no event template ${JSON.stringify(name.slice(0, 80))}`,
      { hint: `There are: ${this.#all.map((each) => each.name).join(', ')}.` },
    );
  }
}
