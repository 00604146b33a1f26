import type { Channel } from 'amqplib';

/** A larger message does not arrive whole: together with a batch before it, it has space in what one batch may receive. */
export const WHOLE_BYTES = 16 * 1024 * 1024;
/** Of a message that is cut. */
const BEGINNING_BYTES = 64 * 1024;

/** A frame as amqplib reads it: of properties, with the size of the content that follows, or of content. */
interface Frame {
  readonly fields?: object;
  readonly size?: number;
  readonly content?: Buffer;
}

/** The types of amqplib leave out by which method a channel takes frames of messages. */
interface FrameTaker {
  acceptMessageFrame(frame: Frame): void;
}

interface Cut {
  readonly header: Frame & { readonly fields: object; readonly size: number };
  readonly beginning: Buffer[];
  received: number;
}

/**
 * Lets only the beginning of messages that are too large arrive at the consumers of a channel, when all of the message was
 * read: their content is never in memory. `skipped` is called with the bytes of frames that were dropped. Returns the whole
 * size of a message that was cut, by its properties.
 */
export function cutMessages(channel: Channel, skipped: (bytes: number) => void, most = WHOLE_BYTES) {
  const taker = channel as unknown as FrameTaker;
  const accept = taker.acceptMessageFrame.bind(taker);
  const sizes = new WeakMap<object, number>();
  let cut: Cut | undefined;
  taker.acceptMessageFrame = (frame) => {
    const { fields, size = 0, content } = frame;
    if (cut === undefined) {
      if (content === undefined && fields !== undefined && size > most)
        cut = { header: { ...frame, fields, size }, beginning: [], received: 0 };
      else accept(frame);
      return;
    }
    const { header, beginning } = cut;
    if (content === undefined) {
      cut = undefined;
      // amqplib refuses what is no content
      accept(header);
      return accept(frame);
    }
    const left = BEGINNING_BYTES - cut.received;
    if (left > 0) beginning.push(Buffer.from(content.subarray(0, left)));
    skipped(content.length);
    cut.received += content.length;
    if (cut.received < header.size) return;
    cut = undefined;
    const kept = Buffer.concat(beginning);
    sizes.set(header.fields, header.size);
    accept({ ...header, size: kept.length });
    accept({ content: kept });
  };
  return (properties: object): number | undefined => sizes.get(properties);
}
