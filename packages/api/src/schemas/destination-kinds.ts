/** What clients know of a kind of destination. */
interface DestinationWords {
  /** The field of `param` that names the receiver. */
  readonly param: string;
  /** How a receiver of this kind begins, and what clients call it; only for kinds that are delivered to here. */
  readonly begins?: RegExp;
  readonly noun?: string;
}

/** The kinds of destinations of asynchronous invocations, by their name in the API. */
export const DESTINATION_KINDS = {
  FunctionGraph: { param: 'func_urn', begins: /^urn:fss:/, noun: 'a function URN' },
  HTTP: { param: 'url', begins: /^https?:\/\//i, noun: 'an http or https address' },
  OBS: { param: 'bucket' },
  SMN: { param: 'topic_urn', begins: /^urn:smn:/, noun: 'a topic URN' },
  DIS: { param: 'stream_name' },
} as const satisfies Readonly<Record<string, DestinationWords>>;

export type DestinationCode = keyof typeof DESTINATION_KINDS;
