import { type Calls, type Json, Unexpected } from './calls.ts';

/** Number of reads before the provider fails. */
const MOST_READS = 5;

/** `huaweicloud_fgs_function_trigger` as the provider handles it. A trigger is known by its path. */
export class TriggerResource {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** No status is sent; the id of the answer is all that is used of it. */
  async create(urn: string, kind: string, eventData: Json): Promise<string> {
    const body = { trigger_type_code: kind, event_data: eventData };
    const { trigger_id: id } = await this.#calls.send('POST', `/fgs/triggers/${urn}`, body);
    return `/fgs/triggers/${urn}/${kind}/${id}`;
  }

  /** Undefined when it is gone. */
  async read(path: string): Promise<Json | undefined> {
    return this.#calls.find(path);
  }

  /** All settings are sent; then it is read until its status is one that stays. */
  async update(path: string, eventData: Json, status: string): Promise<void> {
    await this.#calls.send('PUT', path, { trigger_status: status, event_data: eventData });
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      const { trigger_status: now } = await this.#calls.send('GET', path);
      if (now === 'ACTIVE' || now === 'DISABLED') return;
    }
    throw new Error(`${path} has no status that stays`);
  }

  /** One that is gone already is a success; then it is read until it is. */
  async delete(path: string): Promise<void> {
    try {
      await this.#calls.send('DELETE', path);
    } catch (error) {
      if (!(error instanceof Unexpected) || error.status !== 404) throw error;
    }
    for (let reads = 0; reads < MOST_READS; reads += 1) if ((await this.#calls.find(path)) === undefined) return;
    throw new Error(`${path} is still there`);
  }
}
