import { FLOW_TRIGGERS } from '@funcgraph/api';
import { Type } from 'typebox';
import type { TriggerSettings } from '../control/index.ts';
import { type BodyParser, bodyParser } from '../lib/body-parser.ts';
import { cts } from './cts/index.ts';
import { dis } from './dis/index.ts';
import { event } from './event/index.ts';
import { apig, dedicatedGateway } from './gateway/index.ts';
import { kafka, openSourceKafka } from './kafka/index.ts';
import { lts } from './lts/index.ts';
import { obs } from './obs/index.ts';
import { rabbitmq } from './rabbitmq/index.ts';
import { smn } from './smn/index.ts';
import { timer } from './timer/index.ts';
import type { SourceDeps, TriggerKind, TriggerSource } from './trigger-kind.ts';

/** Every kind of trigger. */
export const TRIGGERS: readonly TriggerKind[] = [
  timer,
  apig,
  dedicatedGateway,
  obs,
  smn,
  cts,
  dis,
  event,
  lts,
  rabbitmq,
  kafka,
  openSourceKafka,
];

const BY_CODE: ReadonlyMap<string, TriggerKind> = new Map(TRIGGERS.map((kind) => [kind.code, kind]));

/** A kind as a trigger of a flow has it. */
export interface FlowTriggerKind extends Omit<TriggerKind, 'fields' | 'read'> {
  readonly type: string;
  readonly rule: string;
  /**
   * With the secrets of the settings before, as far as they are omitted. Undefined for what breaks a rule that needs no
   * server. Throws `errors.invalid`, `invalid_request`.
   */
  read(config: Readonly<Record<string, unknown>>, name: string, before?: TriggerSettings): TriggerSettings | undefined;
}

/** Those of kinds that may start flows, by the `trigger_type` of definitions. */
export const FLOW_KINDS: ReadonlyMap<string, FlowTriggerKind> = new Map(
  [...FLOW_TRIGGERS].flatMap(([type, code]) => {
    const kind = BY_CODE.get(code);
    return kind === undefined ? [] : [[type, ofFlow(type, kind)]];
  }),
);

function ofFlow(type: string, kind: TriggerKind): FlowTriggerKind {
  const { fields = kind.fields, read = kind.read, ...different } = kind.ofFlow ?? {};
  let parse: BodyParser | undefined;
  return {
    ...{ rule: 'X-53', type, ...kind, ...different },
    read(config, name, before) {
      parse ??= bodyParser(Type.Object({ trigger_config: fields }));
      // decoding changes what it is given
      const { trigger_config } = parse({ trigger_config: structuredClone(config) }) as { trigger_config: object };
      const set = Object.entries(trigger_config).filter(([, value]) => value !== undefined && value !== null);
      return read({ ...Object.fromEntries(set), name }, before === undefined ? {} : { settings: before });
    },
  };
}

/** The right that setting a trigger of the kind needs besides; undefined when none. */
export function revealedBy(code: string): string | undefined {
  return BY_CODE.get(code)?.reveals;
}

/** The sources of all kinds and others, as one. */
export function triggerSources({ log, ...deps }: SourceDeps, others: readonly TriggerSource[]): TriggerSource {
  const ofKinds = TRIGGERS.flatMap(
    ({ code, source }) => source?.({ ...deps, log: log.child({ trigger: code }) }) ?? [],
  );
  const sources = [...ofKinds, ...others];
  return {
    start(continuation) {
      for (const source of sources) source.start(continuation);
    },
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}
