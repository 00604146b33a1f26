import type { TopicUrn } from '@funcgraph/api';
import type { Iam } from '../iam/index.ts';
import {
  AlarmEvaluator,
  AlarmMeasures,
  AlarmMessages,
  type AlarmSetter,
  AlarmStore,
  Alarms,
  type FunctionMinutes,
  MinuteWriter,
  SharedMinuteStore,
  SharedMinutes,
} from '../services/index.ts';
import type { Duty } from '../storage/index.ts';
import type { FlowParts } from './flow-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';
import type { TopicPublishing } from './topic-parts.ts';

export type AlarmDeps = Root &
  Pick<StateParts, 'storage' | 'home' | 'telemetry' | 'leases' | 'duty' | 'iam'> &
  Pick<InvocationParts, 'sample'> &
  Pick<FlowParts, 'runs'> &
  TopicPublishing;

/** Alarm rules; one server judges them. */
export async function alarmParts(deps: AlarmDeps) {
  const { region, storage, leases, iam, runs, publishing, clock, life } = deps;
  const log = deps.log.child({ module: 'alarms' });
  const store = new AlarmStore(storage.db);
  const evaluator = new AlarmEvaluator({
    storage,
    store,
    measures: new AlarmMeasures({
      functions: storage.kind === 'postgres' ? sharedMinutes({ ...deps, log }, store) : ownMinutes(deps),
      flowMinutes: (flowIds, from, to) => runs.minutesOf(flowIds, from, to),
    }),
    messages: new AlarmMessages({
      topicMessage: (message) => publishing.publisher.unstored(message),
      refusalOf: (setter, topic) => refusalOf(iam, setter, topic),
      region,
    }),
    clock,
    log,
  });
  const duty: Duty = deps.duty('alarms', {
    begin: (lease) => evaluator.start({ guard: leases.guard(lease), onRefused: () => duty.doubt() }),
    end: () => evaluator.stop(),
  });
  await duty.start();
  life.onStop(() => duty.stop());
  return { alarms: new Alarms(store, clock), alarmFigures: () => evaluator.figures() };
}

/** The minutes of the only server. */
function ownMinutes({ telemetry, sample }: Pick<AlarmDeps, 'telemetry' | 'sample'>): FunctionMinutes {
  return {
    completeTo: (end) => Promise.resolve(end),
    async measure(measurements) {
      await sample();
      return telemetry.metrics.measure(measurements);
    },
  };
}

/** The minutes of all servers, which also this one writes from now on. */
function sharedMinutes(deps: AlarmDeps, alarms: AlarmStore): FunctionMinutes {
  const { home, storage, telemetry, sample, clock, log, life } = deps;
  const store = new SharedMinuteStore(storage.db);
  const writer = new MinuteWriter({
    ...{ store, home, clock, log },
    measured: () => alarms.measuredFunctions(),
    async *minutes(readings) {
      await sample();
      yield* telemetry.metrics.alarmMinutes(readings);
    },
  });
  writer.start();
  life.onStop(() => writer.stop());
  return new SharedMinutes(store, () =>
    log.warn('alarms are judged without a server that has not written the calls of the last minutes'),
  );
}

/** Checked at each message, since rights may have been revoked. */
function refusalOf(iam: Iam, setter: AlarmSetter, { projectId, name }: TopicUrn): string | undefined {
  const action = 'smn:topic:publish';
  const caller = iam.callerOf(setter);
  if (caller === undefined) return `the ${setter.kind} who set the rule does not exist any more, or may not act`;
  if (iam.allows(caller, { action, projectId, path: name })) return undefined;
  return `the ${setter.kind} who set the rule may not do ${action} on topic ${name}`;
}
