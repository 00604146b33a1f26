import { handlerFits, languageOf } from '@funcgraph/runtimes';
import { expect, it } from 'vitest';
import { TEST_RUNTIMES } from '../testing.ts';
import { FunctionTemplates } from './function-templates.ts';

const templates = new FunctionTemplates(TEST_RUNTIMES);
const ALL = { runtime: undefined, scene: undefined, service: undefined };

it('has templates of every kind, each with names in both languages, a README and a handler of its runtime', async () => {
  const all = await templates.list(ALL);
  expect(all.length).toBeGreaterThanOrEqual(12);
  expect(new Set(all.map(({ language }) => language))).toEqual(new Set(['nodejs', 'python', 'java', 'custom', 'http']));
  for (const each of all) {
    expect(each.id).toMatch(/^[a-z][a-z0-9-]{2,40}$/);
    for (const text of [each.title, each.description, ...(each.warning === undefined ? [] : [each.warning])]) {
      expect(text.zh, each.id).toMatch(/\p{Script=Han}/u);
      expect(text.en, each.id).not.toMatch(/\p{Script=Han}/u);
    }
    expect(each.files.map(({ path }) => path)).toContain('README.md');
    const rules = languageOf(templates.runtimeOf(each));
    expect(rules !== undefined && handlerFits(rules, each.handler), each.id).toBe(true);
    const { codeType, bytes } = await templates.code(each);
    expect(codeType).toBe(templates.codeType(each));
    expect(bytes.length).toBeLessThan(codeType === 'inline' ? 10 * 1024 : 1024 * 1024);
  }
});

it('narrows a list by runtime, scene and service', async () => {
  const ids = async (filter: object) => (await templates.list({ ...ALL, ...filter })).map(({ id }) => id);
  expect(await ids({ runtime: 'Java17' })).toEqual(['hello-java']);
  expect(await ids({ runtime: 'Python2.7' })).toEqual([]);
  expect(await ids({ service: 'timer' })).toEqual(['cron-cleanup-node']);
  expect(await ids({ scene: 'event', runtime: 'Node.js20.15' })).toEqual(['event-router-node']);
});

it('keeps programs executable in an archive', async () => {
  const { bytes } = await templates.code(await templates.find('static-site-http'));
  // of the first entry of the directory: mode 755 of a plain file, as its attributes
  const directory = bytes.indexOf(Buffer.from('504b0102', 'hex'));
  expect(bytes.toString('latin1', directory + 46, directory + 55)).toBe('bootstrap');
  expect(bytes.readUInt32LE(directory + 38) >>> 16).toBe(0o100755);
});

it('lists the existing ones when one is missing', async () => {
  await expect(templates.find('../hello-node')).rejects.toMatchObject({
    code: 'function_template_not_found',
    hint: expect.stringContaining('hello-node'),
  });
});
