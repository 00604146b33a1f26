import { systemClock } from '../../lib/clock.ts';
import type { Queue } from '../../queue/index.ts';
import type { Storage } from '../../storage/index.ts';
import { FactStore } from './fact-store.ts';
import { Facts } from './facts.ts';
import type { Subscriber } from './types.ts';

export const SOURCE = 'bucket p1 photos';
/** A step of 200 events ends in the middle of a fact. */
export const LISTENERS = ['t1', 't2', 't3'];

/** The same for the process that is killed and for the test that looks afterwards. */
export function crashParts({ storage, queue, wake }: { storage: Storage; queue: Queue; wake: () => void }) {
  const subscriber: Subscriber = {
    isListening: () => true,
    *deliveries({ id }) {
      for (const listener of LISTENERS)
        yield {
          message: { id: `${id}/${listener}`, topic: 'events', group: `p1:${listener}`, payload: Buffer.from(id) },
        };
    },
  };
  const store = new FactStore(storage);
  const facts = new Facts({
    store,
    subscribers: [subscriber],
    quota: { entries: 1_000_000, bytes: 1024 ** 3 },
    clock: systemClock,
    wake,
    onError: (error) => {
      throw error;
    },
  });
  return {
    store,
    facts,
    subscriber,
    /** Stores a change together with its fact. */
    async change(id: string): Promise<void> {
      const fact = { id, projectId: 'p1', source: SOURCE, at: Date.now(), depth: 0, body: { id } };
      const message = { id: `change ${id}`, topic: 'changes', group: 'p1:changes', payload: Buffer.from(id) };
      await queue.atomically({ messages: [message], statements: [facts.note(fact)] });
    },
  };
}
