import { functionKeyOf } from '../../invocation/index.ts';
import {
  type AlarmMinute,
  type AlarmScope,
  type FunctionMeasurement,
  type Measurement,
  measure,
  type Values,
} from '../../telemetry/index.ts';
import type { AlarmRule, FunctionAlarmTarget } from './types.ts';

const MINUTE_MS = 60_000;

/** A minute of a flow. */
export interface FlowAlarmMinute extends AlarmMinute {
  readonly flowId: string;
}

/** The calls of functions by minute. */
export interface FunctionMinutes {
  /** The time up to which all minutes are known; at most `end`. */
  completeTo(end: number): Promise<number>;
  /** Values in the order of the measurements. */
  measure(measurements: readonly FunctionMeasurement[]): Promise<readonly Values[]>;
}

export interface AlarmMeasuresOptions {
  readonly functions: FunctionMinutes;
  /** Minutes since the epoch, `to` excluded. */
  readonly flowMinutes: (flowIds: readonly string[], from: number, to: number) => Promise<readonly FlowAlarmMinute[]>;
}

/** Reads the metrics that rules need. */
export class AlarmMeasures {
  readonly #options: AlarmMeasuresOptions;

  constructor(options: AlarmMeasuresOptions) {
    this.#options = options;
  }

  /** The time up to which rules can be judged; at most `end`. */
  completeTo(end: number): Promise<number> {
    return this.#options.functions.completeTo(end);
  }

  /**
   * For each rule the values of the periods with these ends, which follow one another, and of so many before them that the
   * first can be judged. All rules are read together.
   */
  async of(due: ReadonlyArray<readonly [rule: AlarmRule, ends: readonly number[]]>): Promise<Values[]> {
    const all = due.map(([rule, ends]) => ({ rule, measurement: measurementOf(rule, ends) }));
    const functions = all.flatMap(({ rule: { projectId, target }, measurement }) =>
      target.kind === 'function' ? [{ ...measurement, scope: scopeOf(projectId, target) }] : [],
    );
    const flows = all.flatMap(({ rule: { target }, measurement }) =>
      target.kind === 'flow' ? [{ flowId: target.flowId, measurement }] : [],
    );
    const [ofFunctions, ofFlows] = await Promise.all([this.#options.functions.measure(functions), this.#flows(flows)]);
    const [nextFunction, nextFlow] = [ofFunctions.values(), ofFlows.values()];
    return all.map(({ rule }) => (rule.target.kind === 'flow' ? nextFlow : nextFunction).next().value ?? []);
  }

  async #flows(flows: ReadonlyArray<{ flowId: string; measurement: Measurement }>): Promise<Values[]> {
    if (flows.length === 0) return [];
    const from = Math.min(...flows.map(({ measurement }) => measurement.from));
    const to = Math.max(...flows.map(({ measurement: { from, period, periods } }) => from + period * periods));
    const ids = [...new Set(flows.map(({ flowId }) => flowId))];
    const minutes = Map.groupBy(await this.#options.flowMinutes(ids, from, to), ({ flowId }) => flowId);
    return flows.map(({ flowId, measurement }) => measure(measurement, minutes.get(flowId) ?? []));
  }
}

function measurementOf({ metric, statistic, period, condition }: AlarmRule, ends: readonly number[]): Measurement {
  const periods = ends.length + condition.periods - 1;
  const from = (ends[0] ?? 0) / MINUTE_MS - period * condition.periods;
  return { metric, statistic, period, from, periods };
}

export function scopeOf(projectId: string, { package: pkg, name, version, alias }: FunctionAlarmTarget): AlarmScope {
  const functionKey = functionKeyOf({ projectId, package: pkg, name });
  if (alias !== undefined) return { kind: 'alias', functionKey, alias };
  return version === undefined ? { kind: 'function', functionKey } : { kind: 'version', functionKey, version };
}
