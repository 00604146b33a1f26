import { expect, it } from 'vitest';
import { personOf } from './person-of.ts';

it.each([
  [{ preferred_username: 'anna' }, 'preferred_username', { kind: 'named', name: 'anna' }],
  [{ email: 'a@b.example', email_verified: true }, 'email', { kind: 'named', name: 'a@b.example' }],
  [{ upn: 'a' }, 'email', { kind: 'missing' }],
  [{ upn: null }, 'upn', { kind: 'missing' }],
] as const)('of %j the claim %s is %j', (claims, claim, naming) => {
  expect(personOf(claims, claim)).toEqual(naming);
});

it.each([
  [{ email: 'a@b.example' }, 'email'],
  [{ email: 'a@b.example', email_verified: 'true' }, 'email'],
  [{ upn: '' }, 'upn'],
  [{ upn: ['a'] }, 'upn'],
  [{ upn: 'a'.repeat(65) }, 'upn'],
])('refuses %j by the claim %s', (claims, claim) => {
  expect(personOf(claims, claim).kind).toBe('refused');
});
