import { check, readDefinition } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import { refusal } from '../../lib/testing.ts';
import { FlowTemplates } from './flow-templates.ts';
import { flowTemplateHandlers } from './handlers.ts';

const templates = new FlowTemplates();
const all = await templates.list();

it('has the four examples of the guide, a loop and an approval', () => {
  expect(all.map(({ id }) => id)).toEqual([
    'approval',
    'error-handling',
    'loop',
    'parallel',
    'parallel-service',
    'sequential-service',
  ]);
});

it.each(all)('$id breaks no rule, and brings the functions that it calls', ({ id, definition, functions, files }) => {
  expect(check(definition)).toEqual([]);
  expect(definition.name).toBe(id);
  const called = definition.nodes.flatMap((node) => (node.kind === 'function' ? [node.function] : []));
  expect([...new Set(called)].sort()).toEqual([...functions].sort());
  expect(files.map(({ path }) => path)).toEqual(['flow.yaml', ...functions.map((fn) => `functions/${fn}/index.js`)]);
});

it('is shown in both languages, with a graph that can be saved', async () => {
  const handlers = flowTemplateHandlers(templates);
  const show = (language: string) =>
    handlers.showWorkflowTemplate({
      params: { project_id: 'p', template_id: 'loop' },
      headers: { 'x-language': language },
    } as never) as Promise<{ title: string; graph: Record<string, unknown>; files: { content: string }[] }>;
  const [zh, en] = [await show('zh-cn'), await show('en-us')];
  expect([zh.title, en.title]).toEqual(['循环处理', 'Loop over a list']);
  expect(readDefinition(en.graph).ok).toBe(true);
  expect(Buffer.from(en.files[0]?.content ?? '', 'base64').toString()).toContain('name: loop');
});

it('is refused by another name, with the names that exist', async () => {
  expect(await refusal(templates.find('none'))).toBe('flow_template_not_found');
});
