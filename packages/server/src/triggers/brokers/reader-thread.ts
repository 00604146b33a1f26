import { containExceptions, endContainedWork, uncontained } from '../../lib/contained-exceptions.ts';
import { Secret } from '../../lib/secret.ts';
import { type CallHandler, type PendingCall, serveCalls } from '../../lib/worker-thread.ts';
import { consumeKafka, type KafkaSource } from '../kafka/consume-kafka.ts';
import { consumeRabbitmq, type RabbitmqSource } from '../rabbitmq/consume-rabbitmq.ts';
import type { BrokerBatch, BrokerSession, BrokerSource } from './broker-session.ts';
import { ReadRoom, type ReadShare } from './read-room.ts';
import type { ReaderAnswer, ReaderCall, ReaderData } from './reader-calls.ts';

type Pending = PendingCall<ReaderCall, ReaderAnswer>;

/** Exceptions of clients after their sessions that the server has not asked for yet; others are dropped. */
const MOST_LATE = 100;

/** What happens in one session, for the calls that ask for it. */
class Session {
  readonly control = new AbortController();
  readonly #answer: (call: Pending, news: ReaderAnswer | Error) => void;
  readonly #batches = new Map<number, PromiseWithResolvers<void>>();
  #news: (ReaderAnswer | Error)[] = [];
  #asking: Pending | undefined;
  #number = 0;

  constructor(answer: (call: Pending, news: ReaderAnswer | Error) => void) {
    this.#answer = answer;
  }

  ask(call: Pending): void {
    const news = this.#news.shift();
    if (news === undefined) this.#asking = call;
    else this.#answer(call, news);
  }

  tell(news: ReaderAnswer | Error): void {
    const call = this.#asking;
    this.#asking = undefined;
    if (call === undefined) this.#news.push(news);
    else this.#answer(call, news);
  }

  handle(batch: BrokerBatch): Promise<void> {
    const number = this.#number;
    this.#number += 1;
    const handled = Promise.withResolvers<void>();
    this.#batches.set(number, handled);
    this.tell({ kind: 'batch', number, batch });
    return handled.promise;
  }

  handled(number: number, error: string | undefined): void {
    const handled = this.#batches.get(number);
    this.#batches.delete(number);
    if (error === undefined) handled?.resolve();
    else handled?.reject(new Error(error));
  }
}

/** Reads from the brokers of all triggers. */
class Readers implements CallHandler<ReaderCall, ReaderAnswer> {
  readonly #room: ReadRoom;
  readonly #sessions = new Map<number, Session>();
  #late: ReaderAnswer[] = [];
  #askingLate: Pending | undefined;
  #flush = (): void => undefined;

  constructor({ roomBytes }: ReaderData) {
    this.#room = new ReadRoom(roomBytes);
  }

  handle(calls: readonly Pending[], flush: () => void): void {
    this.#flush = flush;
    for (const pending of calls) this.#take(pending);
  }

  close(): void {}

  #take(pending: Pending): void {
    const { call } = pending;
    switch (call.op) {
      case 'next': {
        const session = this.#sessions.get(call.session);
        if (session === undefined) pending.resolve({ kind: 'over' });
        else session.ask(pending);
        return;
      }
      case 'late':
        this.#askingLate = pending;
        this.#tellLate();
        return;
      case 'open':
        void this.#read(call);
        break;
      case 'end':
        this.#sessions.get(call.session)?.control.abort(new Error('the trigger ends'));
        break;
      case 'handled':
        this.#sessions.get(call.session)?.handled(call.batch, call.error);
    }
    pending.resolve({ kind: 'done' });
  }

  async #read({ session: number, order, held }: Extract<ReaderCall, { op: 'open' }>): Promise<void> {
    const { triggerId, owner, source } = order;
    const session = new Session((call, news) => {
      if (news instanceof Error) call.reject(news);
      else call.resolve(news);
      if (news instanceof Error || news.kind === 'over') this.#sessions.delete(number);
      this.#flush();
    });
    this.#sessions.set(number, session);
    const share = this.#room.enter(owner, held);
    const run = (broken: AbortSignal): Promise<void> =>
      consume(source, share, {
        signal: AbortSignal.any([session.control.signal, broken]),
        onConnected: () => uncontained(() => session.tell({ kind: 'connected' })),
        handle: (batch) => uncontained(() => session.handle(batch)),
      });
    try {
      await containExceptions(run, (error) => this.#noteLate(triggerId, error));
      session.tell({ kind: 'over' });
    } catch (error) {
      session.tell(error instanceof Error ? error : new Error('unknown'));
    } finally {
      share.end();
    }
  }

  #noteLate(triggerId: string, error: Error): void {
    if (this.#late.length < MOST_LATE) this.#late.push({ kind: 'late', triggerId, error });
    this.#tellLate();
  }

  #tellLate(): void {
    const call = this.#askingLate;
    const [first] = this.#late;
    if (call === undefined || first === undefined) return;
    this.#askingLate = undefined;
    this.#late.shift();
    call.resolve(first);
    this.#flush();
  }
}

async function consume({ client, connection }: BrokerSource, share: ReadShare, session: BrokerSession): Promise<void> {
  if (client === 'kafka') {
    const { password, ...kafka } = connection as KafkaSource;
    await consumeKafka(
      { ...kafka, password: password === undefined ? undefined : new Secret(password), share },
      session,
    );
    return;
  }
  const { password, ...rabbitmq } = connection as RabbitmqSource;
  await consumeRabbitmq({ ...rabbitmq, password: new Secret(password), share }, session);
}

endContainedWork();
serveCalls<ReaderCall, ReaderAnswer>((data) => new Readers(data as ReaderData));
