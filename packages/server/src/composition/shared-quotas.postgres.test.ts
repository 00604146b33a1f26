import { LIMITS } from '@funcgraph/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayAppStore } from '../control/gateway-apps/gateway-app-store.ts';
import type { StoredApp } from '../control/gateway-apps/types.ts';
import { ReservedConfigStore } from '../control/reserved-instances/reserved-config-store.ts';
import type { ReservedConfig } from '../control/reserved-instances/types.ts';
import { TriggerStore } from '../control/triggers/trigger-store.ts';
import type { Trigger } from '../control/triggers/types.ts';
import { FlowStore } from '../flows/index.ts';
import type { Flow } from '../flows/types.ts';
import { IdentityStore, type StoredKey } from '../iam/identity-store.ts';
import { RightsStore } from '../iam/rights-store.ts';
import type { User } from '../iam/types.ts';
import type { Storage } from '../storage/index.ts';
import { newPlace } from '../storage/testing.ts';
import { openAt } from '../storage/testing-place.ts';
import { FLOW_KINDS, type FlowTriggerKind, TRIGGERS } from '../triggers/index.ts';

const MOST = 5;
const FN = { projectId: 'p1', package: 'default' };

/** Two servers that create at the same time. */
let servers: Storage[];

beforeAll(async () => {
  const place = await newPlace('');
  servers = await Promise.all([openAt(place), openAt(place)]);
  const [{ db }] = servers as [Storage];
  for (const name of ['f1', 'f2', 'f3']) {
    const row = { id: name, project_id: 'p1', package: 'default', name, runtime: 'x', collected: 0, created_at: 1 };
    await db.insertInto('function').values(row).execute();
  }
  const identities = new IdentityStore(db);
  await identities.addDomain({ id: 'd1', name: 'd1', operator: false });
  await identities.addUser(user(0), 100);
});
afterAll(() => Promise.all(servers?.map((storage) => storage.close()) ?? []));

/** Creates three times as many as there may be, half of them on each server; returns how the creations ended. */
async function create<T>(
  most: number,
  one: (db: Storage['db'], number: number) => Promise<T>,
): Promise<Map<T, number>> {
  const numbers = Array.from({ length: most * 3 }, (_, number) => number + 1);
  const ends = await Promise.all(numbers.map((number) => one((servers[number % 2] as Storage).db, number)));
  return new Map([...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length]));
}

const within = (most: number) =>
  new Map<unknown, number>([
    ['added', most],
    ['full', most * 2],
  ]);

function user(number: number): User {
  return {
    ...{ id: `u${number}`, name: `u${number}`, domainId: 'd1', passwordHash: '', description: '', enabled: true },
    ...{ createdAt: 1, sessionsFrom: 1, sessionGeneration: '', lastLoginAt: null },
  };
}

it('two servers do not pass the limit of access keys of a user', async () => {
  const key = (number: number): StoredKey => ({
    ...{ accessKey: `k${number}`, userId: 'u0', description: '', enabled: true, createdAt: 1, lastUsedAt: null },
    ...{ sealedSecret: '', disabledBy: '' },
  });
  expect(await create(2, (db, number) => new IdentityStore(db).addKey(key(number), 2))).toEqual(within(2));
});

it('two servers do not pass the limit of identities of an account', async () => {
  const named = (number: number) => ({ id: `x${number}`, name: `x${number}`, domainId: 'd1', description: '' });
  const at = { createdAt: 1, expiresAt: null };
  const rights = (db: Storage['db']) => new RightsStore(db);
  const creations: ((db: Storage['db'], number: number) => Promise<unknown>)[] = [
    (db, number) => new IdentityStore(db).addProject(named(number), MOST),
    (db, number) => rights(db).addGroup({ ...named(number), ...at }, MOST),
    (db, number) => rights(db).addAgency({ ...named(number), ...at, trustedService: 's', duration: 'FOREVER' }, MOST),
    (db, number) => rights(db).addEnterpriseProject({ ...named(number), ...at, enabled: true }, MOST),
    (db, number) => {
      const document = { Version: '1.1', Statement: [] } as const;
      return rights(db).addPolicy({ ...named(number), ...at, displayName: 'x', document, modifiedAt: 1 }, MOST);
    },
  ];
  for (const creation of creations) expect(await create(MOST, creation)).toEqual(within(MOST));
  // one exists
  const users = await create(MOST, (db, number) => new IdentityStore(db).addUser(user(number), MOST));
  expect(users.get('added')).toBe(MOST - 1);
});

it('two servers do not pass the limit of grants of a group', async () => {
  const grant = (number: number) => {
    const scope = { kind: 'project', id: `p${number}` } as const;
    return { holder: { kind: 'group', id: 'g1' }, policyId: 'policy', scope } as const;
  };
  expect(await create(MOST, (db, number) => new RightsStore(db).addGrant(grant(number), 1, MOST))).toEqual(
    within(MOST),
  );
});

it('two servers do not pass the limit of apps of a project', async () => {
  const app = (number: number): StoredApp => ({
    ...{ id: `a${number}`, projectId: 'p1', name: `a${number}`, description: '', appKey: `a${number}`, createdAt: 1 },
    ...{ modifiedAt: 1, sealedSecret: '', sealedCode: '' },
  });
  expect(await create(MOST, (db, number) => new GatewayAppStore(db).insert(app(number), MOST))).toEqual(within(MOST));
});

it('two servers do not pass the limit of triggers of a version, and those of brokers of a project', async () => {
  const trigger = (number: number, functionId: string, kind: string): Trigger => ({
    ...{
      id: `${functionId}-${number}`,
      fn: { ...FN, name: functionId },
      functionId,
      qualifier: 'latest',
      active: true,
    },
    ...{ settings: { kind, name: `t${number}` }, since: 1, fired: undefined, createdAt: 1, modifiedAt: 1 },
  });
  const keys = { uniqueKey: undefined, source: undefined };
  const timers = await create(LIMITS.triggersPerVersion, (db, number) =>
    new TriggerStore(db).insert(trigger(number, 'f1', 'TIMER'), keys, {
      ofVersion: LIMITS.triggersPerVersion,
      ofProject: undefined,
    }),
  );
  expect(timers.get('added')).toBe(LIMITS.triggersPerVersion);
  expect(timers.get('version_full')).toBe(LIMITS.triggersPerVersion * 2);
  const ofProject = TRIGGERS.find(({ code }) => code === 'KAFKA')?.mostOfProject;
  const brokers = await create(20, (db, number) => {
    const kind = number % 3 === 0 ? 'KAFKA' : 'RABBITMQ';
    const made = trigger(number, number % 5 === 0 ? 'f2' : 'f3', kind);
    return new TriggerStore(db).insert(made, keys, { ofVersion: 100, ofProject });
  });
  expect(brokers).toEqual(
    new Map([
      ['added', 20],
      ['project_full', 40],
    ]),
  );
});

it('two servers do not pass the limit of brokers of a project with triggers of flows', async () => {
  const kind = FLOW_KINDS.get('KAFKA') as FlowTriggerKind;
  const save = (db: Storage['db'], number: number) => {
    const flow: Flow = {
      ...{
        id: `flow${number}`,
        projectId: 'p2',
        name: `flow${number}`,
        description: '',
        mode: 'NORMAL',
        stream: false,
      },
      ...{ definition: 'd', enterpriseProjectId: '', savedBy: { kind: 'user', id: 'u1' }, createdBy: 'ann' },
      ...{ createdAt: 1, modifiedAt: 1 },
    };
    const settings = { kind: 'KAFKA', name: 'orders' };
    const trigger = {
      id: `t${number}`,
      kind,
      name: 'orders',
      settings,
      routeKey: undefined,
      source: undefined,
      index: 0,
    };
    const parts = { definition: { digest: 'd', body: '{}' }, triggers: [trigger] };
    return new FlowStore(db).insert(flow, parts, 1000);
  };
  const ends = await create(20, async (db, number) => {
    const end = await save(db, number);
    return typeof end === 'string' ? end : 'full';
  });
  expect(ends).toEqual(within(20));
});

it('two servers do not pass the limit of reserved instances of a project', async () => {
  const config = (number: number): ReservedConfig => ({
    ...{ fn: { ...FN, name: 'f1' }, functionId: 'f1', qualifier: `v${number}`, count: 1, idleMode: false },
    ...{ policies: [], byMetric: [], createdAt: 1, modifiedAt: 1 },
  });
  const reserved = await create(MOST, async (db, number) => {
    const check = (ofProject: readonly ReservedConfig[]): void => {
      if (ofProject.length >= MOST) throw new Error('full');
    };
    return new ReservedConfigStore(db).save(config(number), check).then(
      () => 'added',
      () => 'full',
    );
  });
  expect(reserved).toEqual(within(MOST));
});
