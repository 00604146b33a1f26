import { expect, test } from 'vitest';
import { fileProblem, isAddress } from './archive.ts';

test('a file that the server would refuse is refused before it is sent', () => {
  expect(fileProblem(undefined)).toBe('fileMissing');
  expect(fileProblem({ name: 'lib.tar', size: 10 })).toBe('fileKind');
  expect(fileProblem({ name: 'lib.zip', size: 0 })).toBe('fileEmpty');
  expect(fileProblem({ name: 'lib.zip', size: 50 * 1024 * 1024 + 1 })).toBe('fileLarge');
  expect(fileProblem({ name: 'LIB.ZIP', size: 50 * 1024 * 1024 })).toBeUndefined();
});

test('an address has a scheme that the server fetches, and a host', () => {
  expect(['https://bucket.example.com/lib.zip', 'http://localhost/lib.zip'].every(isAddress)).toBe(true);
  expect(['', 'lib.zip', 'ftp://host/lib.zip', 'https://', 'https:// lib.zip'].some(isAddress)).toBe(false);
});
