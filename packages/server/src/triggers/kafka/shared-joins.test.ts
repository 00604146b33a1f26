import Member from 'kafkajs/src/consumer/consumerGroup.js';
import { beforeAll, expect, it } from 'vitest';
import { shareJoins } from './shared-joins.ts';

beforeAll(() => {
  shareJoins(Member.prototype);
  // each connection asks for it
  shareJoins(Member.prototype);
});

/** As far as the method of the library reads it: a join is what its retrier runs. */
function memberOf(joins: PromiseWithResolvers<void>[]): { readonly join: () => Promise<void> } {
  const member = {
    joinAndSync: Member.prototype.joinAndSync,
    retrier: () => {
      const join = Promise.withResolvers<void>();
      joins.push(join);
      return join.promise;
    },
  };
  return { join: () => member.joinAndSync() };
}

it('a member joins once for all readers that ask at the same time, and again after that', async () => {
  const joins: PromiseWithResolvers<void>[] = [];
  const [one, other] = [memberOf(joins), memberOf(joins)];
  const waiting = [one.join(), one.join(), other.join()];
  expect(joins).toHaveLength(2);
  for (const { resolve } of joins) resolve();
  await Promise.all(waiting);
  void one.join();
  expect(joins).toHaveLength(3);
});

it('a join that fails fails for all who wait for it, and another one begins after that', async () => {
  const joins: PromiseWithResolvers<void>[] = [];
  const member = memberOf(joins);
  const waiting = [member.join(), member.join()];
  joins[0]?.reject(new Error('refused'));
  expect(await Promise.allSettled(waiting)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  void member.join();
  expect(joins).toHaveLength(2);
});
