import { expect, it } from 'vitest';
import { commandFor } from './boot-runtime.ts';

const LAUNCH = { signature: '', command: ['node', '--heap=1', 'shim.js'], binds: [], workingDir: '/', bootEnv: {} };
const forMemory = { above: 1024, arguments: ['--heap=1'] };

it('leaves out arguments that only much memory needs', () => {
  expect(commandFor({ ...LAUNCH, forMemory }, 1024)).toEqual(['node', 'shim.js']);
  expect(commandFor({ ...LAUNCH, forMemory }, 1025)).toEqual(LAUNCH.command);
});

it('keeps a command that is the same for any memory', () => {
  expect(commandFor(LAUNCH, 1)).toEqual(LAUNCH.command);
});
