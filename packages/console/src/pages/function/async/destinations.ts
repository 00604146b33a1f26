import type { DestinationCode, RouteResponse, Routes } from '@funcgraph/api';

export type AsyncConfig = RouteResponse<Routes['listFunctionAsyncInvokeConfig']>['async_invoke_configs'][number];
type Destination = NonNullable<NonNullable<AsyncConfig['destination_config']>['on_success']>;

/** What a destination is set to, as fields of a form. */
export interface DestinationFields {
  /** Empty for none. */
  readonly kind: DestinationCode | '';
  readonly function?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly expires?: number | null;
  readonly topic?: string;
  readonly stream?: string;
  readonly url?: string;
}

/** The kinds in the order of the choice; each reads and writes its `param`. */
const KINDS: {
  readonly [K in DestinationCode]: {
    readonly write: (fields: DestinationFields) => object;
    readonly read: (param: Readonly<Record<string, unknown>>) => Omit<DestinationFields, 'kind'>;
  };
} = {
  FunctionGraph: {
    write: ({ function: func_urn }) => ({ func_urn }),
    read: ({ func_urn }) => ({ function: textOf(func_urn) }),
  },
  OBS: {
    write: ({ bucket, prefix = '', expires }) => ({ bucket, prefix, ...(expires ? { expires } : {}) }),
    read: ({ bucket, prefix, expires }) => ({
      bucket: textOf(bucket),
      prefix: textOf(prefix),
      ...(typeof expires === 'number' ? { expires } : {}),
    }),
  },
  SMN: {
    write: ({ topic: topic_urn }) => ({ topic_urn }),
    read: ({ topic_urn }) => ({ topic: textOf(topic_urn) }),
  },
  DIS: {
    write: ({ stream: stream_name }) => ({ stream_name }),
    read: ({ stream_name }) => ({ stream: textOf(stream_name) }),
  },
  HTTP: { write: ({ url }) => ({ url }), read: ({ url }) => ({ url: textOf(url) }) },
};

export const DESTINATION_CODES = Object.keys(KINDS) as readonly DestinationCode[];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const codeOf = (text: string | undefined): DestinationCode | undefined =>
  DESTINATION_CODES.find((code) => code === text);

export function destinationOf(fields: DestinationFields): Destination | null {
  if (fields.kind === '') return null;
  return { destination: fields.kind, param: JSON.stringify(KINDS[fields.kind].write(fields)) };
}

export function fieldsOf(destination: Destination | null | undefined): DestinationFields {
  const kind = codeOf(destination?.destination ?? undefined);
  if (kind === undefined) return { kind: '' };
  return { kind, ...KINDS[kind].read(paramOf(destination?.param ?? '')) };
}

/** In one line where results go. */
export function placeOf({ kind, function: urn, bucket, prefix = '', topic, stream, url }: DestinationFields): string {
  if (kind === 'OBS') return `obs://${bucket}/${prefix}`;
  return urn ?? topic ?? stream ?? url ?? '';
}

function paramOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Without version and alias. */
const baseOf = (urn: string): string => urn.split(':').slice(0, 7).join(':');

/** Whether settings of a destination function send results back to a function. */
export function leadsBack(configs: readonly AsyncConfig[], baseUrn: string): boolean {
  return configs.some(({ destination_config: { on_success, on_failure } }) =>
    [on_success, on_failure].some((one) => baseOf(fieldsOf(one).function ?? '') === baseUrn),
  );
}
