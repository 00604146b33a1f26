import { pino } from 'pino';
import type { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { MessageStore } from '../topics/message-store.ts';
import { Publisher } from '../topics/publisher.ts';
import { TopicStore } from '../topics/topic-store.ts';
import { Topics } from '../topics/topics.ts';
import { AlarmStore } from './alarm-store.ts';
import { AlarmEvaluator } from './evaluator.ts';
import { AlarmMeasures } from './measures.ts';
import { AlarmMessages } from './messages.ts';

export const MINUTE_MS = 60_000;
export const BEGIN = Date.UTC(2026, 0, 1);
export const RULES = 5;
export const TOPIC = 'urn:smn:local:p1:ops';

/** The same for the process that is killed and for the test that looks afterwards: the metric is 1, 0, 1, 0 by minute. */
export function crashParts(storage: Storage, clock: ManualClock, atomic: Storage['atomic']) {
  const store = new AlarmStore(storage.db);
  const publisher = new Publisher({
    storage,
    store: new MessageStore(storage.db),
    topics: new Topics(new TopicStore(storage.db), clock),
    region: 'local',
    quota: { entries: 1_000_000, bytes: 1024 ** 3 },
    clock,
    refuseWhenFull: () => {},
    wake: () => {},
    onError: (error) => {
      throw error;
    },
  });
  const evaluator = new AlarmEvaluator({
    storage: { atomic },
    store,
    measures: new AlarmMeasures({
      functions: {
        completeTo: async (end) => end,
        measure: async (measurements) =>
          measurements.map(({ from, periods }) => Array.from({ length: periods }, (_, at) => (from + at) % 2)),
      },
      flowMinutes: async () => [],
    }),
    messages: new AlarmMessages({
      topicMessage: (message) => publisher.unstored(message),
      refusalOf: () => undefined,
      region: 'local',
    }),
    clock,
    log: pino({ level: 'silent' }),
  });
  const guard = { query: storage.db.selectFrom('alarm_rule').select('id').limit(1).compile() };
  const start = (): void =>
    evaluator.start({
      guard,
      onRefused: () => {
        throw new Error('no other server judges');
      },
    });
  /** Resolves when everything up to the time is judged. */
  async function judgedTo(time: number): Promise<void> {
    while (((await store.judgedTo()) ?? 0) < time) clock.advance(1_000);
  }
  return { store, evaluator, start, judgedTo };
}
