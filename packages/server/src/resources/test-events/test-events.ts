import { randomUUID } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import type { FunctionAccess, FunctionName } from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { TestEventStore } from './test-event-store.ts';
import type { NewTestEvent, TestEvent } from './types.ts';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,23}[A-Za-z0-9])?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Test events belong to a function, not to one of its versions, and go with it. A change is durable when its promise
 * resolves. All operations throw `function_not_found`.
 */
export class TestEvents {
  readonly #access: FunctionAccess;
  readonly #store: TestEventStore;
  readonly #clock: Clock;

  constructor(access: FunctionAccess, store: TestEventStore, clock: Clock) {
    this.#access = access;
    this.#store = store;
    this.#clock = clock;
  }

  /** By name. */
  async list(name: FunctionName): Promise<TestEvent[]> {
    return this.#store.list(await this.#idOf(name));
  }

  /** Throws `test_event_not_found`. */
  async show(name: FunctionName, id: string): Promise<TestEvent> {
    const found = (await this.list(name)).find((event) => event.id === id);
    if (found === undefined) throw notFound(name, id);
    return found;
  }

  /** Throws `invalid_test_event`, `test_event_too_large`, `test_event_exists` or `test_event_quota`. */
  async create(name: FunctionName, { name: title, content }: NewTestEvent): Promise<TestEvent> {
    if (!NAME.test(title)) {
      throw new PlatformError('invalid_test_event', 'name is not a name for a test event', {
        hint: 'At most 25 letters, digits, _ and -; starts with a letter, ends with a letter or digit.',
      });
    }
    const event = { id: randomUUID(), name: title, content: jsonText(content), modifiedAt: this.#clock.now() };
    return this.#access.alone(name, async () => {
      const most = this.#access.quotas.testEventsPerFunction;
      const outcome = await this.#store.insert(await this.#idOf(name), event, most);
      if (outcome === 'exists') {
        throw new PlatformError('test_event_exists', `function ${name.name} has a test event ${title}`);
      }
      if (outcome === 'quota') {
        throw new PlatformError(
          'test_event_quota',
          `function ${name.name} has ${most} test events, as many as it may have`,
          {
            hint: 'Delete one, or change an existing one.',
          },
        );
      }
      return event;
    });
  }

  /** Replaces the content. Throws `invalid_test_event`, `test_event_too_large` or `test_event_not_found`. */
  async update(name: FunctionName, id: string, content: Uint8Array): Promise<TestEvent> {
    const text = jsonText(content);
    const modifiedAt = this.#clock.now();
    if (!(await this.#store.update(await this.#idOf(name), id, text, modifiedAt))) throw notFound(name, id);
    return this.show(name, id);
  }

  /** Throws `test_event_not_found`. */
  async delete(name: FunctionName, id: string): Promise<void> {
    if (!(await this.#store.remove(await this.#idOf(name), id))) throw notFound(name, id);
  }

  async #idOf(name: FunctionName): Promise<string> {
    return (await this.#access.find(name, LATEST)).fn.id;
  }
}

function jsonText(bytes: Uint8Array): string {
  if (bytes.length > LIMITS.testEventBytes) {
    throw new PlatformError('test_event_too_large', `the test event is larger than ${LIMITS.testEventBytes} bytes`);
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
    JSON.parse(text);
  } catch (cause) {
    throw new PlatformError('invalid_test_event', 'content is not JSON in UTF-8', {
      hint: 'Functions get their events as JSON.',
      cause,
    });
  }
  return text;
}

function notFound(name: FunctionName, id: string): PlatformError {
  return new PlatformError('test_event_not_found', `function ${name.name} has no test event ${id.slice(0, 80)}`);
}
