import { expect, test } from 'vitest';
import { addressProblem, fileProblem, uploadKinds } from './upload-rules.ts';

test.each([
  ['code.zip', 1, undefined],
  ['CODE.ZIP', 50 * 1024 * 1024, undefined],
  ['code.zip', 50 * 1024 * 1024 + 1, 'large'],
  ['code.zip', 0, 'empty'],
  ['code.tar.gz', 1, 'kind'],
])('the file %s of %i bytes: %s', (name, size, problem) => {
  expect(fileProblem('zip', { name, size })).toBe(problem);
});

test('only Java has JAR files', () => {
  expect(uploadKinds('Java17')).toContain('jar');
  expect(uploadKinds('Node.js20.15')).toEqual(['zip', 'obs']);
});

test.each([
  ['https://b.obs.example.com/a.zip', undefined],
  ['ftp://b/a.zip', 'address'],
  ['a.zip', 'address'],
  ['', 'missing'],
])('the address %j: %s', (text, problem) => {
  expect(addressProblem(text)).toBe(problem);
});
