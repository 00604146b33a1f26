import { type ErrorCode, type FunctionUrn, parseUrn } from '@funcgraph/api';
import { describe, expect, it } from 'vitest';
import { type AdditionalVersion, Catalog, type CatalogEntry, type VersionSnapshot } from '../control/index.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { isKeyOf, isStaleKey } from './launch.ts';
import { mayStream, resolve, route, versionsOf } from './resolve.ts';

const NAME = { projectId: 'p1', package: 'default', name: 'hello' };
const snapshot = (version: string) => ({ ...NAME, functionId: 'f1', version, revision: '7' }) as VersionSnapshot;
const urn = (qualifier: string): FunctionUrn => {
  const parsed = parseUrn(`urn:fss:r1:p1:function:default:hello${qualifier}`);
  if (parsed === undefined) throw new Error('no URN');
  return parsed;
};
const never = (): number => {
  throw new Error('no choice is random here');
};

function put(catalog: Catalog, changed: Partial<CatalogEntry>): void {
  const none = {
    createdAt: 0,
    asyncConfigs: new Map(),
    reserved: new Map(),
    triggers: new Map(),
    url: undefined,
    isTraced: true,
  };
  const versions = new Map(['latest', 'v1', 'v2'].map((version) => [version, snapshot(version)]));
  const before = catalog.entry('f1') ?? { ...NAME, ...none, functionId: 'f1', versions, aliases: new Map() };
  catalog.set({ ...before, ...changed });
}

function putVersion(catalog: Catalog, version: VersionSnapshot): void {
  put(catalog, { versions: new Map([...(catalog.entry('f1')?.versions ?? []), [version.version, version]]) });
}

function catalogWith(additional: AdditionalVersion | undefined): Catalog {
  const catalog = new Catalog();
  const alias = { name: 'live', version: 'v1', description: '', additional, createdAt: 0, modifiedAt: 0 };
  put(catalog, { aliases: new Map([['live', alias]]) });
  return catalog;
}

function refusal(work: () => unknown): ErrorCode | 'fine' {
  try {
    work();
    return 'fine';
  } catch (error) {
    if (error instanceof PlatformError) return error.code;
    throw error;
  }
}

describe('a URN', () => {
  const catalog = catalogWith({ kind: 'weight', version: 'v2', percent: 30 });

  it.each([
    ['', 'latest', ''],
    [':latest', 'latest', ''],
    [':v2', 'v2', ''],
  ])('with %j goes to %s without chance', (qualifier, version, alias) => {
    expect(route(catalog, { urn: urn(qualifier) }, never)).toMatchObject({ snapshot: { version }, alias });
    expect(resolve(catalog, urn(qualifier)).version).toBe(version);
  });

  it('of an alias goes to one of its versions, and resolves to the main one', () => {
    const at = (number: number) => route(catalog, { urn: urn(':!live') }, () => number);
    expect(at(0.29)).toEqual({ snapshot: snapshot('v2'), alias: 'live', toAdditional: true });
    expect(at(0.3)).toEqual({ snapshot: snapshot('v1'), alias: 'live', toAdditional: false });
    expect(resolve(catalog, urn(':!live')).version).toBe('v1');
  });

  it('may stream when every version streams that it may go to', () => {
    const streaming = catalogWith({ kind: 'weight', version: 'v2', percent: 30 });
    putVersion(streaming, { ...snapshot('v1'), returnStream: true });
    const answers = (): boolean[] =>
      [':latest', ':v1', ':v2', ':!live', ':!none', ':v9'].map((qualifier) => mayStream(streaming, urn(qualifier)));
    expect(answers()).toEqual([false, true, false, false, false, false]);
    putVersion(streaming, { ...snapshot('v2'), returnStream: true });
    expect(answers()).toEqual([false, true, true, true, false, false]);
  });

  it('follows an earlier decision while the additional version exists', () => {
    const decided = (from: Catalog, toAdditional: boolean) =>
      route(from, { urn: urn(':!live'), toAdditional }, never).snapshot.version;
    expect([decided(catalog, true), decided(catalog, false)]).toEqual(['v2', 'v1']);
    expect(decided(catalogWith(undefined), true)).toBe('v1');
  });

  it('lists the versions that requests may go to', () => {
    const of = (from: Catalog) => ['', ':v2', ':!live'].map((qualifier) => versionsOf(from, urn(qualifier)));
    expect(of(catalog)).toEqual([['latest'], ['v2'], ['v1', 'v2']]);
    expect(of(catalogWith(undefined))).toEqual([['latest'], ['v2'], ['v1']]);
  });

  it('without a target is refused with the code of the missing part', () => {
    expect(refusal(() => resolve(catalog, urn(':v9')))).toBe('version_not_found');
    expect(refusal(() => resolve(catalog, urn(':!no')))).toBe('alias_not_found');
    expect(refusal(() => route(catalog, { urn: urn(':!no') }, never))).toBe('alias_not_found');
    const empty = new Catalog();
    for (const qualifier of ['', ':v1', ':!live']) {
      expect(refusal(() => resolve(empty, urn(qualifier)))).toBe('function_not_found');
    }
  });
});

describe('the key of an instance', () => {
  it('distinguishes versions whose names begin alike', () => {
    expect(isKeyOf('f1:v1:7:128', snapshot('v1'))).toBe(true);
    expect(isKeyOf('f1:v1:7:128:!live', snapshot('v1'))).toBe(true);
    expect(isKeyOf('f1:v1.1:7:128', snapshot('v1'))).toBe(false);
    expect(isKeyOf('f2:v1:7:128', snapshot('v1'))).toBe(false);
  });

  it('is stale for another revision of the same version only, through an alias too', () => {
    expect(isStaleKey('f1:latest:6:128:!live', snapshot('latest'))).toBe(true);
    expect(isStaleKey('f1:latest:7:128:!live', snapshot('latest'))).toBe(false);
    expect(isStaleKey('f1:latest:70:128', snapshot('latest'))).toBe(true);
    expect(isStaleKey('f1:v1:6:128', snapshot('latest'))).toBe(false);
  });
});
