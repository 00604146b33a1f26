import type { Handlers } from '../../ingress/index.ts';
import { readName } from '../../ingress/index.ts';
import { decodeBase64 } from '../../lib/base64.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { TRIGGERS } from '../../triggers/index.ts';
import { EventTemplates } from './event-templates/event-templates.ts';
import type { TestEvents } from './test-events.ts';
import type { TestEvent } from './types.ts';

type Ids =
  | 'createEvent'
  | 'listEvents'
  | 'showEvent'
  | 'updateEvent'
  | 'deleteEvent'
  | 'listEventTemplates'
  | 'showEventTemplate';

const templates = new EventTemplates(
  TRIGGERS.flatMap(({ code, sample }) => (sample === undefined ? [] : { ...sample, kind: code })),
);

/** Save, list, show, change and delete test events; show the samples that they may start from. */
export function testEventHandlers({ testEvents }: { readonly testEvents: TestEvents }): Handlers<Ids> {
  return {
    async createEvent(request) {
      const { name: title = '', content } = request.body;
      const event = { name: title, content: bytesOf(content) };
      const { id, name } = await testEvents.create(readName(request.params).name, event);
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
      const { params, body } = request;
      const content = bytesOf(body.content);
      const { id, name } = await testEvents.update(readName(params).name, params.event_id, content);
      return { id, name };
    },

    async deleteEvent(request) {
      await testEvents.delete(readName(request.params).name, request.params.event_id);
      return {};
    },

    async listEventTemplates() {
      return { templates: templates.list().map((template) => ({ ...template, content: { ...template.content } })) };
    },

    async showEventTemplate(request) {
      const template = templates.find(request.params.name);
      return { ...template, content: { ...template.content } };
    },
  };
}

function bytesOf(content = ''): Uint8Array {
  const bytes = decodeBase64(content);
  if (bytes !== undefined) return bytes;
  throw new PlatformError('invalid_test_event', 'content is not Base64', {
    hint: 'Encode the JSON text exactly once.',
  });
}

function listed({ id, name, modifiedAt }: TestEvent): { id: string; name: string; last_modified: number } {
  return { id, name, last_modified: modifiedAt / 1000 };
}
