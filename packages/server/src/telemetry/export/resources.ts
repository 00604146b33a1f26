import type { Attributes, HrTime } from '@opentelemetry/api';
import type { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

export type Span = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];
export type Resource = Span['resource'];

/** Facts of this server in every resource. */
export interface ServerFacts {
  readonly region: string;
  /** Another one after each start, so that the sums of two servers or two starts are never mixed. */
  readonly instanceId: string;
}

export const SCOPE = { name: 'funcgraph' };

/** The function, or a version of it, that telemetry is about. */
interface Subject {
  readonly functionKey: string;
  /** Empty for the function as a whole. */
  readonly version: string;
}

/** Resources of one request to the collector; items of the same version share one. */
export class Resources {
  readonly #server: ServerFacts;
  readonly #known = new Map<string, Resource>();

  constructor(server: ServerFacts) {
    this.#server = server;
  }

  of(subject: Subject): Resource {
    const text = `${subject.functionKey}\n${subject.version}`;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = resource(attributesOf(subject, this.#server));
    this.#known.set(text, made);
    return made;
  }
}

function resource(attributes: Attributes): Resource {
  const made: Resource = { attributes, merge: () => made, getRawAttributes: () => Object.entries(attributes) };
  return made;
}

function attributesOf({ functionKey, version }: Subject, { region, instanceId }: ServerFacts): Attributes {
  const [project = '', pkg = '', name = ''] = functionKey.split(':');
  return {
    'service.name': name,
    'service.namespace': project,
    'service.instance.id': instanceId,
    'cloud.account.id': project,
    'cloud.region': region,
    'faas.name': name,
    'funcgraph.package': pkg,
    ...(version === '' ? {} : { 'service.version': version, 'faas.version': version }),
  };
}

/** Seconds and nanoseconds. */
export function hrTime(ms: number): HrTime {
  const micros = Math.round(ms * 1000);
  return [Math.floor(micros / 1_000_000), (micros % 1_000_000) * 1000];
}
