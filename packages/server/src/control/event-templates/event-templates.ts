import { PlatformError } from '../../lib/platform-error.ts';
import { MESSAGE_EVENTS } from './message-events.ts';
import { SERVICE_EVENTS } from './service-events.ts';
import type { EventTemplate } from './types.ts';

const TEMPLATES: readonly EventTemplate[] = [
  { name: 'blank', kind: '', description: 'A small JSON object', content: { key: 'value' } },
  ...SERVICE_EVENTS,
  ...MESSAGE_EVENTS,
];

/** A sample event of each kind of event source, in the order of the list. */
export function eventTemplates(): readonly EventTemplate[] {
  return TEMPLATES;
}

/** By its whole name or without `-event-template`, in any case. Throws `event_template_not_found`. */
export function eventTemplate(name: string): EventTemplate {
  const wanted = name.toLowerCase();
  const found = TEMPLATES.find((each) => each.name === wanted || each.name === `${wanted}-event-template`);
  if (found !== undefined) return found;
  throw new PlatformError(
    'event_template_not_found',
    `there is no event template ${JSON.stringify(name.slice(0, 80))}`,
    {
      hint: `There are: ${TEMPLATES.map((each) => each.name).join(', ')}.`,
    },
  );
}
