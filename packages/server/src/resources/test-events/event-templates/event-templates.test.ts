import { expect, it } from 'vitest';
import { EventTemplates } from './event-templates.ts';

const templates = new EventTemplates([
  { name: 'timer-event-template', kind: 'TIMER', description: 'A timer has fired', content: { version: 'v1.0' } },
]);

it('finds a template by its whole name and by the short one, in any case', () => {
  expect(templates.find('timer-event-template')).toBe(templates.find('TIMER'));
  expect(templates.find('blank').content).toEqual({ key: 'value' });
  expect(() => templates.find('tim')).toThrow(expect.objectContaining({ code: 'event_template_not_found' }));
  expect(() => templates.find('__proto__')).toThrow(expect.objectContaining({ code: 'event_template_not_found' }));
});

it('has names of its own for each, and bodies that can be saved as test events', () => {
  const names = templates.list().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const large = templates.list().filter(({ content }) => Buffer.byteLength(JSON.stringify(content)) > 4096);
  expect(large).toEqual([]);
});

it('encodes log lines as their trigger does', () => {
  const { lts } = templates.find('lts').content as { lts: { data: string } };
  const decoded = JSON.parse(Buffer.from(lts.data, 'base64').toString('utf8')) as { logs: string };
  expect(JSON.parse(decoded.logs)).toMatchObject([{ line_no: 615 }]);
});
