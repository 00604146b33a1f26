import { describe, expect, it } from 'vitest';
import type { Language } from './language.ts';
import { handlerFits, languageOf } from './runtimes.ts';

function language(runtime: string): Language {
  const found = languageOf(runtime);
  if (found === undefined) throw new Error(runtime);
  return found;
}

describe('a language', () => {
  it.each([
    ['Node.js6.10', 'nodejs'],
    ['Node.js22', 'nodejs'],
    ['Python2.7', 'python'],
    ['Java17', 'java'],
    ['Go1.x', 'go'],
    ['Go1.8', 'go'],
    ['PHP8.3', 'php'],
    ['C#(.NET Core 6.0)', 'dotnet'],
    ['Custom', 'custom'],
    ['http', 'http'],
    ['Custom Image', 'image'],
    ['Cangjie1.0', 'cangjie'],
  ])('knows %s as %s', (runtime, id) => {
    expect(language(runtime).id).toBe(id);
  });

  it.each(['', 'Node.js', 'node20', 'Python3', 'Node.js20.15\n', 'custom', 'Java8 '])('does not know %j', (runtime) => {
    expect(languageOf(runtime)).toBeUndefined();
  });

  it.each([
    [
      'Node.js20.15',
      ['index.handler', 'src/index.handler', 'a.b.c', 'my-file.main_1', 'x.$f'],
      ['handler', '.handler', 'index.', '../a.b', '/a.b', 'a..b/c', 'a b.c', 'index.1f'],
    ],
    ['Java11', ['com.demo.Main.handle', 'a.B.c'], ['Main.handle', 'handle', 'a..b.c', 'com.demo.Main.handle()']],
    ['Go1.x', ['handler', 'bin/handler'], ['../handler', '/handler', '', 'a b']],
    ['http', ['bootstrap', '-'], ['index.handler', '']],
    ['Custom Image', ['-'], ['bootstrap']],
    ['C#(.NET Core 3.1)', ['Asm::Name.Space.Class::Method'], ['a.b']],
  ])('checks the form of handlers of %s', (runtime, good, bad) => {
    expect(good.filter((handler) => !handlerFits(language(runtime), handler))).toEqual([]);
    expect(bad.filter((handler) => handlerFits(language(runtime), handler))).toEqual([]);
  });

  it('refuses a handler of more than 128 characters', () => {
    const node = language('Node.js20.15');
    expect(handlerFits(node, `${'i'.repeat(126)}.h`)).toBe(true);
    expect(handlerFits(node, `${'i'.repeat(127)}.h`)).toBe(false);
  });

  it('names the file of inline code after the handler', () => {
    expect(language('Node.js14.18').inline?.fileName('index.handler')).toBe('index.js');
    expect(language('Python3.9').inline?.fileName('src/app.main.handler')).toBe('src/app.main.py');
    expect(language('Custom').inline?.fileName('bootstrap')).toBe('bootstrap');
    expect(language('Java8').inline?.fileName('a.B.c')).toBeUndefined();
  });
});
