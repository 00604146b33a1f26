import { expect, it } from 'vitest';
import { eventTemplate, eventTemplates } from './event-templates.ts';

it('finds a template by its whole name and by the short one, in any case', () => {
  expect(eventTemplate('timer-event-template')).toBe(eventTemplate('TIMER'));
  expect(eventTemplate('blank').content).toEqual({ key: 'value' });
  expect(() => eventTemplate('tim')).toThrow(expect.objectContaining({ code: 'event_template_not_found' }));
  expect(() => eventTemplate('__proto__')).toThrow(expect.objectContaining({ code: 'event_template_not_found' }));
});

it('has names of its own for each, and bodies that can be saved as test events', () => {
  const names = eventTemplates().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const large = eventTemplates().filter(({ content }) => Buffer.byteLength(JSON.stringify(content)) > 4096);
  expect(large).toEqual([]);
});

it('encodes log lines as their trigger does', () => {
  const { lts } = eventTemplate('lts').content as { lts: { data: string } };
  const decoded = JSON.parse(Buffer.from(lts.data, 'base64').toString('utf8')) as { logs: string };
  expect(JSON.parse(decoded.logs)).toMatchObject([{ line_no: 615 }]);
});
