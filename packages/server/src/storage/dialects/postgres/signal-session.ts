import type { Client } from 'pg';
import { pauseAfter } from '../../../lib/pause-after.ts';
import type { Secret } from '../../../lib/secret.ts';
import type { Signals } from '../../options.ts';
import type { SqlValue } from '../../parameter.ts';
import { newClient } from './client.ts';
import { ask, inTime } from './connection.ts';
import { failureOf, unavailable } from './failure.ts';
import { prepareSession } from './session.ts';

/** A heartbeat is sent every two seconds; one that is not answered in this time will not be. */
const ANSWER_MS = 3_000;
const RETRIES = { firstMs: 100, mostMs: 1_000 };
const CHANGES = 'funcgraph_change';
const FACTS = 'funcgraph_fact';
const CHANNELS = [CHANGES, FACTS, 'funcgraph_server'];

export interface SignalOptions {
  readonly url: Secret;
  readonly place: string;
  /** Of its sessions. */
  readonly name: string;
}

/**
 * A session besides the pool: it hears notifications and carries heartbeats, so that a busy pool delays neither. A lost
 * one is replaced; notifications may be missed meanwhile.
 */
export class SignalSession implements Signals {
  readonly #options: SignalOptions;
  readonly #listeners = new Set<(number: number | undefined) => void>();
  readonly #ofFacts = new Set<() => void>();
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ended = false;

  private constructor(options: SignalOptions) {
    this.#options = options;
  }

  /** Takes over a prepared session. */
  static async over(client: Client, options: SignalOptions): Promise<SignalSession> {
    const session = new SignalSession(options);
    await session.#use(client);
    return session;
  }

  get sessionName(): string {
    return this.#options.name;
  }

  listen(hear: (number: number | undefined) => void): () => void {
    this.#listeners.add(hear);
    return () => {
      this.#listeners.delete(hear);
    };
  }

  onFacts(hear: () => void): () => void {
    this.#ofFacts.add(hear);
    return () => {
      this.#ofFacts.delete(hear);
    };
  }

  async reportFacts(): Promise<void> {
    await this.ask('select pg_notify($1, $2)', [FACTS, '']);
  }

  async ask<Row>(sql: string, parameters: readonly SqlValue[]): Promise<Row[]> {
    const client = this.#client;
    if (client === undefined) throw unavailable(`the ${this.#options.place} cannot be reached`);
    try {
      return await inTime(client, ANSWER_MS, ask<Row>(client, sql, parameters));
    } catch (thrown) {
      const { error, lost } = failureOf(thrown);
      if (lost) this.#lost(client);
      throw error;
    }
  }

  /** Idempotent. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async #use(client: Client): Promise<void> {
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => {
      if (channel === FACTS) return this.#tellOfFacts();
      const number = Number(payload);
      this.#tell(channel === CHANGES && Number.isSafeInteger(number) ? number : undefined);
    });
    for (const channel of CHANNELS) await ask(client, `listen ${channel}`);
    this.#client = client;
  }

  #tell(number: number | undefined): void {
    for (const hear of this.#listeners) hear(number);
  }

  #tellOfFacts(): void {
    for (const hear of this.#ofFacts) hear();
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#ended) return;
    this.#client = undefined;
    client.end().catch(() => {});
    this.#reconnectAfter(1);
  }

  #reconnectAfter(failures: number): void {
    this.#retry = setTimeout(
      () => {
        this.#reconnect().catch(() => this.#reconnectAfter(failures + 1));
      },
      pauseAfter(failures, RETRIES),
    ).unref();
  }

  async #reconnect(): Promise<void> {
    const { url, place, name } = this.#options;
    const client = newClient(url);
    client.on('error', () => {});
    try {
      await client.connect();
      await prepareSession(client, { place, name });
      if (this.#ended) throw unavailable('the database is closed');
      await this.#use(client);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    this.#tell(undefined);
    this.#tellOfFacts();
  }
}
