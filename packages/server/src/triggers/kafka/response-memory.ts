import { AsyncLocalStorage } from 'node:async_hooks';
import type { ReadShare } from '../brokers/read-room.ts';
import { TOO_LARGE } from './bounded-output.ts';

/** Of each key, value and name that is read: a buffer, and its part of a record. */
const OBJECT_BYTES = 100;
/** Most responses become less: the whole is taken for others only. */
const USUAL_FACTOR = 8;
const LEAST_BYTES = 16 * 1024;

/** How much the response that is read may still become. */
interface Room {
  left: number;
}

/** What one reader of a consumer holds: a response with its messages, until it asks for the next one. */
interface Reader {
  held: number;
}

const decoding = new AsyncLocalStorage<Room>();
const reading = new AsyncLocalStorage<Reader>();
const sessions = new AsyncLocalStorage<ReadShare>();

/** Runs a session, whose responses with messages take memory of this share. */
export function withMemory<T>(share: ReadShare, session: () => T): T {
  return sessions.run(share, session);
}

/** Counts an object that is made of the response. */
export function countObject(): void {
  const room = decoding.getStore();
  if (room !== undefined) spend(room, OBJECT_BYTES);
}

/** Unpacks records into at most as many bytes as the response may still become, and `most`. */
export async function unpack(most: number, decompress: (most: number) => Promise<Buffer>): Promise<Buffer> {
  const room = decoding.getStore();
  const bound = Math.min(most, room?.left ?? most);
  try {
    const bytes = await decompress(bound);
    if (room !== undefined) spend(room, bytes.length);
    return bytes;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (bound < most && code === TOO_LARGE && room !== undefined) room.left = -1;
    throw error;
  }
}

function spend(room: Room, bytes: number): void {
  room.left -= bytes;
  if (room.left < 0) throw new Error('the records of a response have too many bytes');
}

/** Decodes a response with messages in memory that is taken first. Rejects when it becomes too large. */
export async function decodeBounded<T>(payload: Buffer, decode: () => Promise<T>): Promise<T> {
  const share = sessions.getStore();
  const reader = reading.getStore();
  if (share === undefined || reader === undefined) return decode();
  const take = async (bytes: number): Promise<void> => {
    await share.take(bytes);
    reader.held += bytes;
  };
  const give = (bytes: number): void => {
    share.give(bytes);
    reader.held -= bytes;
  };
  await take(payload.length);
  // its records when they are unpacked, and the objects of each
  const { responseBytes } = share.limits;
  let most = Math.min(responseBytes, payload.length * USUAL_FACTOR + LEAST_BYTES);
  for (;;) {
    await take(most);
    const room = { left: most };
    try {
      const data = await decoding.run(room, decode);
      give(room.left);
      return data;
    } catch (error) {
      give(most);
      if (room.left >= 0) throw error;
      if (most === responseBytes)
        throw new Error(`the records of one response have more than ${responseBytes} bytes, which the server can hold`);
      most = responseBytes;
    }
  }
}

/** A consumer that reads from brokers, as the library has it. */
export interface HoldingConsumer {
  /** A member of a group; `maxBytes` is what it asks for. */
  readonly consumerGroup: { maxBytes: number };
  fetch(nodeId: number): Promise<readonly { readonly messages: readonly unknown[] }[]>;
}

const changed = new WeakSet<HoldingConsumer>();

/**
 * Gives back the memory of a response when its reader asks for the next one: then its messages are handled. A consumer that
 * begins with small responses asks for twice as much after each one with messages, up to what others ask for.
 */
export function holdResponses(prototype: HoldingConsumer): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { fetch } = prototype;
  const readers = new WeakMap<HoldingConsumer, Map<number, Reader>>();
  prototype.fetch = async function (this: HoldingConsumer, nodeId) {
    const ofConsumer = readers.get(this) ?? new Map<number, Reader>();
    readers.set(this, ofConsumer);
    const share = sessions.getStore();
    share?.give(ofConsumer.get(nodeId)?.held ?? 0);
    const reader = { held: 0 };
    ofConsumer.set(nodeId, reader);
    const batches = await reading.run(reader, () => fetch.call(this, nodeId));
    const { consumerGroup } = this;
    if (share !== undefined && batches.some(({ messages }) => messages.length > 0))
      consumerGroup.maxBytes = Math.min(share.limits.fetchBytes, consumerGroup.maxBytes * 2);
    return batches;
  };
}
