import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { isOfferedInside } from './offered-inside.ts';

const offered = (Object.keys(ROUTES) as RouteId[]).filter((id) => isOfferedInside(id, ROUTES[id] as Route));

it('offers functions no operation that needs no credentials', () => {
  expect(offered.filter((id) => (ROUTES[id] as Route).auth === 'none')).toEqual([]);
});

it('offers functions nothing about the machine, its servers and its accounts', () => {
  for (const id of ['createToken', 'changePassword', 'scrapeMetrics', 'showHealth', 'showReady', 'showDoctor'] as const)
    expect(offered).not.toContain(id);
  for (const id of ['createConsoleSession', 'showConsoleSession', 'createConsoleLink'] as const)
    expect(offered).not.toContain(id);
  for (const id of ['createNetwork', 'listImages', 'addRuntime', 'addFileSystem', 'addShare', 'createAccount'] as const)
    expect(offered).not.toContain(id);
  for (const id of ['listClusterNodes', 'drainClusterNode', 'undrainClusterNode', 'removeClusterNode'] as const)
    expect(offered).not.toContain(id);
});

it('offers functions no operation of the platform that is not listed, whoever may use it', () => {
  const ofPlatform = offered.filter((id) => ROUTES[id].action.startsWith('platform:'));
  expect(ofPlatform.filter((id) => (ROUTES[id] as Route).access !== 'caller')).toEqual([]);
  const unlisted = { ...ROUTES.listClusterNodes, action: 'platform:something:get' } as Route;
  expect(isOfferedInside('listClusterNodes', unlisted)).toBe(false);
});

it('offers functions what belongs to their project', () => {
  for (const id of ['listFunctions', 'invokeFunction', 'asyncInvokeFunction', 'createFunction', 'queryLogs'] as const)
    expect(offered).toContain(id);
});
