import type { ApiRequest } from '../http/handler.ts';
import type { ExternalObjects } from './external-objects.ts';
import type { OwnObjects } from './own-objects.ts';

/** The bytes of the object that a link names; undefined for one that is fetched like any other address. */
export type ReadLink = (link: string) => AsyncIterable<Uint8Array> | undefined;

/** Objects that links name, in buckets of this server or in registered S3 services. */
export class LinkedObjects {
  readonly #own: OwnObjects;
  readonly #external: ExternalObjects;

  constructor(own: OwnObjects, external: ExternalObjects) {
    this.#own = own;
    this.#external = external;
  }

  /** Nothing is read, and no right is checked, before the bytes are iterated. */
  readerFor(request: Pick<ApiRequest<'createFunction'>, 'id' | 'caller' | 'peer' | 'params'>): ReadLink {
    return (link) => {
      const url = URL.canParse(link) ? new URL(link) : undefined;
      return url && (this.#own.read(url, request) ?? this.#external.read(url, request));
    };
  }
}
