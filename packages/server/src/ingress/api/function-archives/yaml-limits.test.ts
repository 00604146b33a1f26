import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../lib/platform-error.ts';
import { readExportYaml, writeExportYaml } from './export-yaml.ts';
import { checkYaml } from './yaml-limits.ts';

describe('the YAML of an import', () => {
  it.each([
    ['lists in brackets', '['.repeat(250_000)],
    ['maps in brackets', '{a: '.repeat(60_000)],
    ['lists in one line', `${'- '.repeat(120_000)}a`],
    ['keys in one line', `${'? '.repeat(120_000)}a`],
    ['maps under maps', Array.from({ length: 600 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
    ['lists under lists', Array.from({ length: 600 }, (_, at) => `${' '.repeat(at)}-\n`).join('')],
    ['brackets in a list', `- ${'['.repeat(100)}`],
  ])('is refused unparsed for its depth: %s', (_, text) => {
    expect(() => checkYaml(text)).toThrow('nested too deeply');
    expect(() => readExportYaml(text)).toThrow(PlatformError);
  });

  it.each([
    ['items', '- a\n'.repeat(60_000)],
    ['items in brackets', `[${'{},'.repeat(80_000)}]`],
    ['comments', '#\n'.repeat(120_000)],
    ['lines', '\n'.repeat(250_000)],
    ['documents', '---\n'.repeat(60_000)],
    ['directives', '%YAML 1.2\n'.repeat(25_000)],
  ])('is refused unparsed for the number of its %s', (_, text) => {
    expect(() => checkYaml(text)).toThrow('more than 10000 parts');
  });

  it('is read when people have written it their own way', () => {
    const text = [
      '# mine',
      'function:',
      "  'runtime' : Node.js20.15",
      '  user_data: {A: "[[[[", B: "{"}',
      '  description: |',
      `    ${' '.repeat(80)}- ? [[[[`,
      '  tags: [[a, [b]], {c: {d: e}}]',
      'dependencies:',
      '- name: lib',
      '  runtime: Node.js20.15',
      '  version: 1',
    ].join('\n');
    expect(readExportYaml(text)).toMatchObject({
      function: { runtime: 'Node.js20.15', user_data: { A: '[[[[' } },
      dependencies: [{ name: 'lib', version: 1 }],
    });
  });

  it('is read back as it was exported, also with the most variables allowed', () => {
    const user_data = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`A${at}`, '- ? [']));
    const document = { function: { user_data }, dependencies: [], code: 'hello.zip' };
    expect(readExportYaml(writeExportYaml(document))).toEqual(document);
  });

  it('never meets the end of the stack within the limits', () => {
    const deepest = `${'- '.repeat(32)}${'['.repeat(32)}${']'.repeat(32)}`;
    expect(() => checkYaml(deepest)).not.toThrow();
    expect(() => readExportYaml(deepest)).toThrow('must be a map');
  });
});
