import { expect, it } from 'vitest';
import { entryFor, namesIn } from './key-pair.ts';

it('takes names of hosts only, with or without the other file', () => {
  const files = ['api.example.com.crt', 'api.example.com.key', '*.example.com.crt', 'localhost.key', 'notes.txt'];
  const others = ['..crt', '-.example.com.crt', '*.crt', 'a.*.com.crt', 'API.example.com.crt', '.example.com.key'];
  expect([...namesIn([...files, ...others])]).toEqual(['api.example.com', '*.example.com', 'localhost']);
});

it('prefers the certificate of a name to that of its domain, which covers one label', () => {
  const entries = new Map([
    ['api.example.com', 'own'],
    ['*.example.com', 'any'],
  ]);
  const found = (name: string): string | undefined => entryFor(entries, name);
  expect(['api.example.com', 'API.example.com', 'shop.example.com'].map(found)).toEqual(['own', 'own', 'any']);
  expect(['example.com', 'a.b.example.com', '', '.', '*.example.com.'].map(found)).toEqual(Array(5).fill(undefined));
});
