/** What clients know of a kind of destination. */
interface DestinationWords {
  /** The field of `param` that names the receiver. */
  readonly param: string;
  /** How a receiver of this kind begins, and what clients call it. */
  readonly begins: RegExp;
  readonly noun: string;
  /** The whole of `param` for such a text; the one field without it. */
  readonly paramOf?: (text: string) => object;
}

/** The kinds of destinations of asynchronous invocations, by their name in the API. */
export const DESTINATION_KINDS = {
  FunctionGraph: { param: 'func_urn', begins: /^urn:fss:/, noun: 'a function URN' },
  HTTP: { param: 'url', begins: /^https?:\/\//i, noun: 'an http or https address' },
  OBS: {
    param: 'bucket',
    begins: /^obs:\/\//,
    noun: 'a place in a bucket (obs://bucket/prefix, obs://bucket/prefix?expires=DAYS)',
    paramOf(text: string) {
      const [, bucket, prefix, expires] =
        /^obs:\/\/(@[^/]*\/[^/?]*|[^/?]*)\/?(.*?)(?:\?expires=(\d+))?$/s.exec(text) ?? [];
      return { bucket, prefix, ...(expires && { expires: Number(expires) }) };
    },
  },
  SMN: { param: 'topic_urn', begins: /^urn:smn:/, noun: 'a topic URN' },
  DIS: {
    param: 'stream_name',
    begins: /^dis:\/\//,
    noun: 'a stream (dis://name)',
    paramOf: (text: string) => ({ stream_name: text.slice('dis://'.length) }),
  },
} as const satisfies Readonly<Record<string, DestinationWords>>;

export type DestinationCode = keyof typeof DESTINATION_KINDS;
