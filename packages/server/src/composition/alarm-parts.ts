import type { TopicUrn } from '@funcgraph/api';
import type { Iam } from '../iam/index.ts';
import {
  AlarmEvaluator,
  AlarmMeasures,
  AlarmMessages,
  type AlarmSetter,
  AlarmStore,
  Alarms,
} from '../services/index.ts';
import type { Duty } from '../storage/index.ts';
import type { FlowParts } from './flow-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';
import type { TopicPublishing } from './topic-parts.ts';

export type AlarmDeps = Root &
  Pick<StateParts, 'storage' | 'telemetry' | 'leases' | 'duty' | 'iam'> &
  Pick<InvocationParts, 'sample'> &
  Pick<FlowParts, 'runs'> &
  TopicPublishing;

/** Alarm rules; one server judges them. */
export async function alarmParts(deps: AlarmDeps) {
  const { region, storage, telemetry, leases, iam, runs, publishing, sample, clock, life } = deps;
  const log = deps.log.child({ module: 'alarms' });
  const store = new AlarmStore(storage.db);
  const evaluator = new AlarmEvaluator({
    storage,
    store,
    measures: new AlarmMeasures({
      functions: async (measurements) => {
        await sample();
        return telemetry.metrics.measure(measurements);
      },
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

/** Checked at each message, since rights may have been revoked. */
function refusalOf(iam: Iam, setter: AlarmSetter, { projectId, name }: TopicUrn): string | undefined {
  const action = 'smn:topic:publish';
  const caller = iam.callerOf(setter);
  if (caller === undefined) return `the ${setter.kind} who set the rule does not exist any more, or may not act`;
  if (iam.allows(caller, { action, projectId, path: name })) return undefined;
  return `the ${setter.kind} who set the rule may not do ${action} on topic ${name}`;
}
