import { expect, it } from 'vitest';
import { requireRuntimes } from './required-runtimes.ts';

const MACHINE = {
  available: () => ['Node.js20.15', 'Python3.12', 'Custom'],
  find: (name: string) =>
    name === 'Node.js18.15'
      ? { available: false, hint: 'Install it with: fgs runtimes install Node.js18.15' }
      : undefined,
};

it('accepts runtimes that are installed, and languages with one of them', () => {
  expect(() => requireRuntimes([], MACHINE)).not.toThrow();
  expect(() => requireRuntimes(['Node.js20.15', 'Node.js', 'Python', 'Custom'], MACHINE)).not.toThrow();
});

it('refuses the first one that is missing, with the command that adds it or the names of the others', () => {
  expect(() => requireRuntimes(['Custom', 'Node.js18.15'], MACHINE)).toThrow(
    expect.objectContaining({
      message: 'required_runtimes: Node.js18.15 is not installed on this machine',
      hint: 'Install it with: fgs runtimes install Node.js18.15',
    }),
  );
  expect(() => requireRuntimes(['Node'], MACHINE)).toThrow(
    expect.objectContaining({
      message: 'required_runtimes: Node is no runtime of this machine',
      hint: 'This machine has Node.js20.15, Python3.12, Custom.',
    }),
  );
});
