import { expect, test } from 'vitest';
import { handlerFault } from './handler-file.ts';

const files = (...paths: string[]) => ({
  entries: paths.map((path) => ({ kind: 'link' as const, path, target: '' })),
  ignored: [],
});

test.each([
  ['Node.js20.15', 'index.handler', 'index.js'],
  ['Node.js20.15', 'dist/main.run', 'dist/main.cjs'],
  ['Node.js20.15', 'index.handler', 'index.mjs'],
  ['Python3.10', 'index.handler', 'index.py'],
  ['Python3.10', 'app.main.handler', 'app/main.py'],
  ['Python3.10', 'app/main.handler', 'app/main/__init__.py'],
  ['Python3.10', 'fast.handler', 'fast.cpython-310-x86_64-linux-gnu.so'],
  ['Go1.x', 'handler', 'handler'],
  ['http', '-', 'bootstrap'],
  ['Custom', 'bin/start', 'bin/start'],
  ['Java17', 'com.example.Main.run', 'app.jar'],
  ['Lua5', 'anything', 'x'],
])('accepts %s with the handler %s in %s', (runtime, handler, path) => {
  expect(handlerFault(runtime, handler, files('README.md', path))).toBeUndefined();
});

test.each([
  [
    'Node.js20.15',
    'index.handler',
    'main.js',
    'needs the file index.js, index.mjs or index.cjs, which is not',
    'Give the folder',
  ],
  ['Node.js20.15', 'index.handler', 'src/index.js', 'index.js', 'did you mean the handler src/index.handler?'],
  ['Node.js20.15', 'index.handler', 'node_modules/x/index.js', 'index.js', 'Give the folder'],
  ['Python3.10', 'main.handler', 'app/main.py', 'main.py', 'did you mean the handler app/main.handler?'],
  ['Node.js', 'index.handler', 'src/index.ts', 'index.js', 'did you mean the handler src/index.handler?'],
  ['Node.js', 'index.handler', 'index.ts', 'index.js', 'index.ts is TypeScript. It is built when a tsconfig.json'],
  ['http', '-', 'deep/bootstrap', 'bootstrap', 'did you mean the handler deep/bootstrap?'],
])('refuses %s with the handler %s in %s', (runtime, handler, path, message, hint) => {
  expect(handlerFault(runtime, handler, files(path))).toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });
});

test('refuses a program that is not executable', () => {
  const program = (executable: boolean) => ({
    entries: [
      {
        kind: 'file' as const,
        path: 'bootstrap',
        source: '/x/bootstrap',
        size: 1,
        executable,
        stamp: { text: '', changedAt: 0 },
      },
    ],
    ignored: [],
  });
  expect(handlerFault('http', '-', program(true))).toBeUndefined();
  expect(handlerFault('http', '-', program(false))).toMatchObject({
    message: 'the handler bootstrap is started as a program, and its file is not executable',
    hint: 'Run: chmod +x /x/bootstrap',
  });
});

test('names the .gitignore that leaves the file out', () => {
  const fault = handlerFault('Node.js20.15', 'dist/index.handler', { ...files('package.json'), ignored: ['dist/'] });
  expect(fault?.hint).toBe('.gitignore leaves out dist/. A .fgsignore, which may be empty, takes its place.');
});
