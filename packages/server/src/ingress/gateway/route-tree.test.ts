import { expect, it } from 'vitest';
import { parseApiPath } from '../../domain/api-path.ts';
import { RouteTree } from './route-tree.ts';

/** `METHOD path` or `METHOD path/*` for all below it, with `@environment` behind. */
function tree(...routes: string[]): RouteTree<string> {
  const made = new RouteTree<string>();
  for (const text of routes) {
    const [, method = '', path = '', below, environment = 'RELEASE'] =
      /^(\w+) (.*?)(\/\*)?(?: @(\w+))?$/.exec(text) ?? [];
    const segments = parseApiPath(path === '' ? '/' : path);
    made.add({ segments, below: below !== undefined, method, environment }, text);
  }
  return made;
}

const ROUTES = tree(
  'ANY /*',
  'GET /users',
  'GET /users/{id}',
  'ANY /users/{id}',
  'GET /users/me',
  'ANY /users/{user}/orders/{order}',
  'ANY /users/me/files/*',
  'GET /only @TEST',
);

it.each([
  ['GET', '/users', 'GET /users', {}],
  ['POST', '/users', 'ANY /*', { '': 'users' }],
  ['GET', '/users/7', 'GET /users/{id}', { id: '7' }],
  ['PUT', '/users/7', 'ANY /users/{id}', { id: '7' }],
  ['GET', '/users/me', 'GET /users/me', {}],
  ['PUT', '/users/me', 'ANY /users/{id}', { id: 'me' }],
  ['GET', '/users/me/orders/1', 'ANY /users/{user}/orders/{order}', { user: 'me', order: '1' }],
  ['GET', '/users/me/files', 'ANY /users/me/files/*', { '': '' }],
  ['GET', '/users/me/files/a//b/', 'ANY /users/me/files/*', { '': 'a//b/' }],
  ['GET', '/users/', 'ANY /*', { '': 'users/' }],
  ['GET', '/users//orders/1', 'ANY /*', { '': 'users//orders/1' }],
  ['GET', '/users/a%2Fb', 'GET /users/{id}', { id: 'a%2Fb' }],
  ['GET', '/users/..', 'GET /users/{id}', { id: '..' }],
  ['GET', '/USERS', 'ANY /*', { '': 'USERS' }],
  ['GET', '/', 'ANY /*', { '': '' }],
  ['GET', '/only', 'ANY /*', { '': 'only' }],
])('%s %s goes to %s', (method, path, value, parameters) => {
  const found = ROUTES.find(path, method, 'RELEASE');
  expect([found?.value, { ...found?.parameters }]).toEqual([value, parameters]);
});

it('keeps environments apart', () => {
  expect(ROUTES.find('/only', 'GET', 'TEST')?.value).toBe('GET /only @TEST');
  expect(ROUTES.find('/users', 'GET', 'TEST')).toBeUndefined();
  expect(ROUTES.find('/users', 'GET', 'RELEASE @TEST')).toBeUndefined();
});

it('finds nothing where no route is', () => {
  const few = tree('GET /a/{b}', 'ANY /a/b/c');
  expect(['/', '/a', '/a/', '/a/b/c/d', '/a/b/'].map((path) => few.find(path, 'GET', 'RELEASE'))).toEqual(
    Array(5).fill(undefined),
  );
});

it('may have parameters named like members of every object', () => {
  const made = new RouteTree<string>();
  const segments = [{ parameter: '__proto__' }, { parameter: 'constructor' }];
  made.add({ segments, below: false, method: 'GET', environment: 'RELEASE' }, 'odd');
  const { parameters } = made.find('/x/y', 'GET', 'RELEASE') ?? {};
  expect(Object.entries(parameters ?? {})).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

it('removes a route with the parts of its path that no other route has, unless another value has replaced it', () => {
  const made = new RouteTree<string>();
  const spec = (path: string, below = false) => ({
    segments: parseApiPath(path),
    below,
    method: 'GET',
    environment: 'RELEASE',
  });
  const found = (path: string) => made.find(path, 'GET', 'RELEASE')?.value;
  made.add(spec('/a/{b}/c'), 'one');
  made.add(spec('/a', true), 'two');
  made.remove(spec('/a/{b}/c'), 'another');
  made.remove(spec('/x/y'), 'one');
  made.remove(spec('/a/{b}'), 'one');
  expect([found('/a/1/c'), found('/a/1')]).toEqual(['one', 'two']);
  made.add(spec('/a/{z}/c'), 'three');
  made.remove(spec('/a/{b}/c'), 'one');
  expect(found('/a/1/c')).toBe('three');
  made.remove(spec('/a/{z}/c'), 'three');
  expect([found('/a/1/c'), made.isEmpty]).toEqual(['two', false]);
  made.remove(spec('/a', true), 'two');
  expect([found('/a'), made.isEmpty]).toEqual([undefined, true]);
});
