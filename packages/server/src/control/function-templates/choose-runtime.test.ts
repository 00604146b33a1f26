import { expect, it } from 'vitest';
import { chooseRuntime, fitsRuntime, type RuntimeNeed } from './choose-runtime.ts';

const node: RuntimeNeed = { language: 'nodejs', since: '12' };

it.each<[RuntimeNeed, string, boolean]>([
  [node, 'Node.js12.13', true],
  [node, 'Node.js8.10', false],
  [node, 'Node.js20.15', true],
  [node, 'Python3.9', false],
  [{ language: 'python', since: '3.6' }, 'Python3.10', true],
  [{ language: 'python', since: '3.6' }, 'Python2.7', false],
  [{ language: 'java', since: '8' }, 'Java8', true],
  [{ language: 'custom' }, 'Custom', true],
  [{ language: 'http' }, 'http', true],
  [node, 'nothing', false],
])('decides whether %j runs on %s: %s', (need, runtime, fits) => {
  expect(fitsRuntime(need, runtime)).toBe(fits);
});

it.each<[RuntimeNeed, readonly string[], string]>([
  [node, ['Node.js8.10', 'Node.js14.18', 'Node.js20.15', 'Node.js18.20', 'Python3.9'], 'Node.js20.15'],
  [{ language: 'python', since: '3.6' }, ['Python3.9', 'Python3.10', 'Python2.7'], 'Python3.10'],
  [node, ['Node.js8.10'], 'Node.js20.15'],
  [{ language: 'java', since: '8' }, [], 'Java17'],
])('takes the newest that fits %j of %j, or names the usual one', (need, available, chosen) => {
  expect(chooseRuntime(need, available)).toBe(chosen);
});
