import { eventTemplate, eventTemplates, type Kept, type TestEvent, type TestEvents } from '../../control/index.ts';
import type { Handlers } from '../http/handler.ts';
import { readName } from './functions-target.ts';

type Ids =
  | 'createEvent'
  | 'listEvents'
  | 'showEvent'
  | 'updateEvent'
  | 'deleteEvent'
  | 'listEventTemplates'
  | 'showEventTemplate';

/** Save, list, show, change and delete test events; show the samples that they may start from. */
export function testEventHandlers(testEvents: TestEvents): Handlers<Ids> {
  return {
    async createEvent(request) {
      const { id, name } = await testEvents.create(readName(request.params).name, request.body as Kept);
      return { id, name };
    },

    async listEvents(request) {
      const events = await testEvents.list(readName(request.params).name);
      return { count: events.length, events: events.map(listed), next_marker: 0 };
    },

    async showEvent(request) {
      const event = await testEvents.show(readName(request.params).name, request.params.event_id);
      return { ...listed(event), content: Buffer.from(event.content).toString('base64') };
    },

    async updateEvent(request) {
      const { event_id } = request.params;
      const { id, name } = await testEvents.update(readName(request.params).name, event_id, request.body as Kept);
      return { id, name };
    },

    async deleteEvent(request) {
      await testEvents.delete(readName(request.params).name, request.params.event_id);
      return {};
    },

    async listEventTemplates() {
      return { templates: eventTemplates().map((template) => ({ ...template, content: { ...template.content } })) };
    },

    async showEventTemplate(request) {
      const template = eventTemplate(request.params.name);
      return { ...template, content: { ...template.content } };
    },
  };
}

function listed({ id, name, modifiedAt }: TestEvent): { id: string; name: string; last_modified: number } {
  return { id, name, last_modified: modifiedAt / 1000 };
}
