import { type FunctionUrn, parseUrn } from '@funcgraph/api';
import type { Destination } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { DeadLetter, DeadLetterBox, DeadLetterPage, DeadLetterRequest, NewMessage } from '../../queue/index.ts';
import { type Accepting, acceptedMessage } from '../async/acceptance.ts';
import { DELIVERY_TOPIC, type DeliveryAttributes, readDelivery, writeDelivery } from '../async/delivery-message.ts';
import { ASYNC_TOPIC, isOfReplaced, readAttributes } from '../async/message.ts';
import { queueRefusal } from '../async/refusal.ts';
import { functionKeyOf } from '../launch.ts';
import type { RequestLogs } from '../request-logs.ts';
import { route } from '../resolve.ts';

/** Topics of the queue whose dead messages are dead letters. */
export const DEAD_LETTER_TOPICS = [ASYNC_TOPIC, DELIVERY_TOPIC] as const;

/**
 * An invocation that failed permanently, an undelivered outcome, or an undelivered message of a topic. Times are ms since
 * the epoch.
 */
export interface DeadLetterRecord {
  readonly id: string;
  readonly kind: 'invocation' | 'delivery' | 'notification';
  /** Of the invocation; its own id unless it is a delivery. Of a notification the id of the message. */
  readonly requestId: string;
  /** `project:package:name`; empty for a notification. */
  readonly functionKey: string;
  readonly functionUrn: string;
  /** Of a notification. */
  readonly topicName: string | undefined;
  readonly reason: string;
  readonly code: number;
  readonly message: string;
  readonly attempts: number;
  readonly enqueuedAt: number;
  readonly diedAt: number;
  /** Destination of a delivery. */
  readonly destination: Destination | undefined;
  readonly chain: readonly string[];
  readonly redriveOf: string | undefined;
  readonly redrivenAs: string | undefined;
  /** Whether it was redriven or deleted; its event is removed then. */
  readonly settled: boolean;
}

export interface DeadLettersOptions extends Accepting {
  readonly box: DeadLetterBox;
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly newId: () => string;
  readonly notifications: NotificationLetters;
}

/** Dead letters of the module that delivers messages of topics. */
export interface NotificationLetters {
  readonly topics: readonly string[];
  read(letter: Letter): Pick<DeadLetterRecord, 'requestId' | 'topicName' | 'destination' | 'redriveOf'>;
  /** The delivery that replaces a letter. */
  successor(letter: Letter, payload: Uint8Array, id: string): NewMessage;
}

export interface Redriven {
  readonly id: string;
  /** Id of the invocation, or the delivery, that replaces it. */
  readonly requestId: string;
}

export interface RedrivePage {
  readonly redriven: readonly Redriven[];
  readonly refused: ReadonlyArray<{ readonly id: string; readonly message: string }>;
  readonly nextMarker: string | null;
}

type FunctionRef = Pick<FunctionUrn, 'projectId' | 'package' | 'name'>;
export type Letter = DeadLetter & { readonly payload: Uint8Array | null };

/** Dead letters for users, who show, redrive or delete them. A function sees none of an earlier one of its name. */
export class DeadLetters {
  readonly #options: DeadLettersOptions;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Open ones, newest first: of a project or of one function, which may be deleted. */
  async list(
    of: { readonly projectId: string } | FunctionRef,
    page: { readonly limit: number; readonly marker?: string },
  ): Promise<{ readonly records: readonly DeadLetterRecord[]; readonly nextMarker: string | null }> {
    const groups = 'name' in of ? { group: functionKeyOf(of) } : { groupPrefix: `${of.projectId}:` };
    const { letters, nextMarker } = await this.#page({ ...groups, ...page });
    return { records: letters.map((letter) => this.#record({ ...letter, payload: null })), nextMarker };
  }

  /** With its event, which is null after settlement. Throws `not_found`. */
  async show(projectId: string, id: string): Promise<DeadLetterRecord & { readonly event: Uint8Array | null }> {
    const letter = await this.#find(projectId, id);
    return { ...this.#record(letter), event: letter.payload };
  }

  /**
   * Sends it again as a new invocation, or delivery, with the current settings of its function. Durable when it
   * resolves. Idempotent: a second call returns the same id and runs nothing. Throws `not_found` for a deleted letter,
   * `invalid_request` for one that cannot be sent again, and the refusal of the function.
   */
  async redrive(projectId: string, id: string): Promise<Redriven> {
    const letter = await this.#find(projectId, id);
    if (letter.redrivenAs !== null) return { id, requestId: letter.redrivenAs };
    if (letter.payload === null) throw gone(id);
    const message = this.#successor(letter, letter.payload);
    if (await this.#replace(id, message)) {
      this.#tell(letter, message.id);
      return { id, requestId: message.id };
    }
    const { redrivenAs } = await this.#find(projectId, id);
    if (redrivenAs === null) throw gone(id);
    return { id, requestId: redrivenAs };
  }

  /**
   * Redrives a page of the letters of a function, newest first. Letters newer than the first page are on no later page.
   */
  async redriveAll(of: FunctionRef, page: { readonly limit: number; readonly marker?: string }): Promise<RedrivePage> {
    const { letters, nextMarker } = await this.#page({ group: functionKeyOf(of), ...page });
    const redriven: Redriven[] = [];
    const refused: { id: string; message: string }[] = [];
    for (const { id } of letters) {
      try {
        redriven.push(await this.redrive(of.projectId, id));
      } catch (error) {
        if (!(error instanceof PlatformError) || error.spec.audience !== 'user') throw error;
        refused.push({ id, message: error.message });
      }
    }
    return { redriven, refused, nextMarker };
  }

  /** Deletes its event. Throws `not_found` when it was settled before. */
  async drop(projectId: string, id: string): Promise<void> {
    await this.#find(projectId, id);
    if (!(await this.#options.box.drop(id))) throw gone(id);
  }

  /**
   * Deletes a page of the letters of a function, newest first, and returns how many. Letters newer than the first page
   * are on no later page.
   */
  async dropAll(
    of: FunctionRef,
    page: { readonly limit: number; readonly marker?: string },
  ): Promise<{ readonly dropped: number; readonly nextMarker: string | null }> {
    const { box } = this.#options;
    const { letters, nextMarker } = await this.#page({ group: functionKeyOf(of), ...page });
    let dropped = 0;
    for (const { id } of letters) if (await box.drop(id)) dropped += 1;
    return { dropped, nextMarker };
  }

  async #page(request: DeadLetterRequest): Promise<DeadLetterPage> {
    const { box, catalog } = this.#options;
    const { letters, nextMarker } = await box.list(request);
    return { letters: letters.filter((letter) => !isOfReplaced(catalog, letter)), nextMarker };
  }

  async #find(projectId: string, id: string): Promise<Letter> {
    const letter = await this.#options.box.get(id);
    const isVisible =
      letter?.group.startsWith(`${projectId}:`) === true && !isOfReplaced(this.#options.catalog, letter);
    if (letter === undefined || !isVisible) {
      throw new PlatformError('not_found', `there is no dead letter ${id.slice(0, 64)}`);
    }
    return letter;
  }

  async #replace(id: string, message: NewMessage): Promise<boolean> {
    try {
      return await this.#options.box.replace(id, message);
    } catch (error) {
      throw queueRefusal(error);
    }
  }

  #successor(letter: Letter, event: Uint8Array): NewMessage {
    const { newId } = this.#options;
    if (this.#isNotification(letter)) return this.#options.notifications.successor(letter, event, newId());
    if (letter.topic === DELIVERY_TOPIC) return this.#delivery(letter, event);
    const { urn: text, functionId, memoryChoice, toAdditional, traceparent } = readAttributes(letter.attributes);
    const urn = parseUrn(text);
    if (urn === undefined) throw new Error('a dead letter has no function URN');
    const repeated = { memoryChoice, toAdditional, traceparent, functionId, redriveOf: letter.id };
    return acceptedMessage(this.#options, { urn, event, requestId: newId(), ...repeated }).message;
  }

  #delivery(letter: DeadLetter, payload: Uint8Array): NewMessage {
    const { id, group, topic } = letter;
    const attributes = readDelivery(letter.attributes);
    if (attributes.oversize !== undefined) {
      throw new PlatformError('invalid_request', `the event of ${id} was too large to be kept`, {
        hint: 'Invoke the function again, or let it return less.',
      });
    }
    const chain = attributes.chain.slice(-1);
    const destination = this.#destinationNow(attributes) ?? attributes.destination;
    const next = writeDelivery({ ...attributes, chain, destination, redriveOf: id });
    return { id: this.#options.newId(), topic, group, payload, attributes: next };
  }

  /** The current destination of its function, if there is one: a wrong address may have been corrected. */
  #destinationNow({ chain, result }: DeliveryAttributes): Destination | undefined {
    const { catalog, random } = this.#options;
    const urn = parseUrn(chain.at(-1) ?? '');
    if (urn === undefined) return undefined;
    try {
      const { snapshot, alias } = route(catalog, { urn }, random);
      const config = catalog.asyncConfig(snapshot, alias);
      return result === 'success' ? config.onSuccess : config.onFailure;
    } catch (error) {
      if (error instanceof PlatformError) return undefined;
      throw error;
    }
  }

  #isNotification({ topic }: Pick<DeadLetter, 'topic'>): boolean {
    return this.#options.notifications.topics.includes(topic);
  }

  #record(letter: Letter): DeadLetterRecord {
    if (!this.#isNotification(letter)) return toRecord(letter);
    const { notifications } = this.#options;
    const none = { functionKey: '', functionUrn: '', chain: [] };
    return { ...sharedFields(letter), ...none, kind: 'notification', ...notifications.read(letter) };
  }

  #tell(letter: Letter, successor: string): void {
    if (this.#isNotification(letter)) return;
    const { functionUrn, requestId, functionKey } = toRecord(letter);
    const version = parseUrn(functionUrn)?.qualifier?.name ?? '';
    const text = `Redrive of ${letter.topic === DELIVERY_TOPIC ? 'delivery' : 'request'} '${letter.id}' as '${successor}'`;
    this.#options.logs.fromPlatform('', { functionKey, version }, requestId, text);
  }
}

function gone(id: string): PlatformError {
  return new PlatformError('not_found', `the dead letter ${id} was deleted`);
}

function sharedFields(letter: DeadLetter) {
  const outcome = letter.outcome ?? {};
  return {
    id: letter.id,
    // letters of an older release have no reason
    reason: typeof outcome.reason === 'string' ? outcome.reason : 'failed',
    attempts: Number(outcome.failures ?? 0),
    message: typeof outcome.message === 'string' ? outcome.message : '',
    code: typeof outcome.code === 'number' ? outcome.code : 0,
    enqueuedAt: letter.enqueuedAt,
    diedAt: letter.finishedAt ?? letter.enqueuedAt,
    redrivenAs: letter.redrivenAs ?? undefined,
    settled: letter.settledAt !== null,
  };
}

function toRecord(letter: DeadLetter): DeadLetterRecord {
  const outcome = letter.outcome ?? {};
  const { reason } = sharedFields(letter);
  const shared = { ...sharedFields(letter), functionKey: letter.group, topicName: undefined };
  if (letter.topic === DELIVERY_TOPIC) {
    const { requestId, urn, destination, chain, redriveOf } = readDelivery(letter.attributes);
    return { ...shared, kind: 'delivery', requestId, functionUrn: urn, destination, chain, redriveOf };
  }
  const { urn, chain = [], redriveOf } = readAttributes(letter.attributes);
  return {
    ...shared,
    kind: 'invocation',
    requestId: letter.id,
    functionUrn: urn,
    attempts: reason === 'expired' ? Number(outcome.retriesDone ?? 0) : Number(outcome.retriesDone ?? 0) + 1,
    destination: undefined,
    chain,
    redriveOf,
  };
}
