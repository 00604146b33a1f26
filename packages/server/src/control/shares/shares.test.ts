import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChangeFeed } from '../../storage/index.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { ShareStore } from './share-store.ts';
import { Shares } from './shares.ts';

const ACCOUNTS = [
  { id: 'a-operator', name: 'default', operator: true },
  { id: 'a-one', name: 'one', operator: false },
  { id: 'a-two', name: 'two', operator: false },
];
/** Of the account whose name they begin with. */
const PROJECTS = ['operator-1', 'one-1', 'one-2', 'two-1'];

let control: TestControl;
let shares: Shares;
let changes: string[];

const make = (): Shares =>
  new Shares({
    store: new ShareStore(control.storage.db),
    feed: new ChangeFeed(control.storage.db),
    clock: control.clock,
    tenants: {
      accountOf: (projectId) =>
        PROJECTS.includes(projectId) ? ACCOUNTS.find(({ id }) => id === `a-${projectId.slice(0, -2)}`) : undefined,
      account: (text) => ACCOUNTS.find(({ id, name }) => id === text || name === text),
      project: (id) => (PROJECTS.includes(id) ? { id, name: id } : undefined),
    },
  });

beforeEach(async () => {
  control = await openTestControl();
  changes = [];
  shares = make();
  shares.onChange((kind, resource) => changes.push(`${kind} ${resource}`));
  await shares.start();
});
afterEach(() => control.close());

const users = (kind: 'file-system' | 'network' | 'image', resource: string): string[] =>
  [...PROJECTS, 'unknown', ''].filter((project) => shares.mayUse(kind, resource, project));

it('gives everything to the account that looks after the machine, and nothing to others', () => {
  expect(users('network', 'n')).toEqual(['operator-1']);
});

it('is with a whole account or with one project, of one resource, also after a restart', async () => {
  await shares.add('network', 'n', shares.holder({ account: 'one' }));
  await shares.add('file-system', 'f', shares.holder({ project: 'one-2' }));
  for (const each of [shares, make()]) {
    shares = each;
    if (shares.list().length === 0) await shares.start();
    expect(users('network', 'n')).toEqual(['operator-1', 'one-1', 'one-2']);
    expect(users('file-system', 'f')).toEqual(['operator-1', 'one-2']);
    expect(users('image', 'n')).toEqual(['operator-1']);
  }
});

it('of an account or project that was deleted is listed no more, and gives its place to others', async () => {
  ACCOUNTS.push({ id: 'a-gone', name: 'gone', operator: false });
  PROJECTS.push('gone-1');
  const store = new ShareStore(control.storage.db);
  const gone = [shares.holder({ account: 'gone' }), shares.holder({ project: 'gone-1' })];
  const resources = Array.from({ length: 4_999 }, (_, n) => `i${n}`);
  const adding = resources.flatMap((resource) =>
    gone.map((holder) => store.insert({ kind: 'image', resource, holder, createdAt: 0 })),
  );
  await Promise.all(adding);
  shares = make();
  await shares.start();
  await shares.add('network', 'n', shares.holder({ account: 'one' }));
  await shares.add('network', 'm', shares.holder({ account: 'one' }));
  await expect(shares.add('network', 'o', shares.holder({ account: 'one' }))).rejects.toThrow('at most 10000 shares');
  ACCOUNTS.pop();
  PROJECTS.pop();
  expect(shares.list().map(({ resource }) => resource)).toEqual(['n', 'm']);
  await shares.add('network', 'o', shares.holder({ account: 'one' }));
  expect((await store.load(undefined)).map(({ resource }) => resource)).toEqual(['n', 'm', 'o']);
});

it('ends when it is removed, and with the shared resource, with an event each time', async () => {
  const holder = shares.holder({ account: 'one' });
  await shares.add('network', 'n', holder);
  await shares.add('network', 'n', holder);
  await shares.remove('network', 'n', holder);
  expect(users('network', 'n')).toEqual(['operator-1']);
  await expect(shares.remove('network', 'n', holder)).rejects.toMatchObject({ code: 'not_found' });
  await shares.add('image', 'i', shares.holder({ project: 'two-1' }));
  await shares.removeAll('image', 'i');
  expect([users('image', 'i'), shares.list()]).toEqual([['operator-1'], []]);
  expect(changes).toEqual(['network n', 'network n', 'image i', 'image i']);
});

it.each([[{}], [{ account: 'one', project: 'one-1' }], [{ account: 'three' }], [{ project: 'one' }]])(
  'refuses the missing, unknown or ambiguous holder in %j',
  (named) => {
    expect(() => shares.holder(named)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/invalid_request|not_found/) }),
    );
  },
);
