import { Type } from 'typebox';
import { Nullable, PageInfo, UnreachableServers, WholeNumber, WireFlag, WireInt, WireText } from './common.ts';

const Text = WireText();

const CronConfig = Type.Object({
  name: Text,
  cron: WireText('second minute hour day month [weekday], in UTC'),
  count: WireInt(),
  start_time: WireInt('Seconds since 1970: the policy begins.'),
  expired_time: WireInt('Seconds since 1970: the policy ends.'),
});

const MetricConfig = Type.Object({
  name: Text,
  type: WireText('Concurrency'),
  threshold: WireInt('Percent of the calls that the reserved instances can take at once.'),
  min: WireInt('Least number of instances.'),
});

const Tactics = Type.Object({
  cron_configs: Nullable(Type.Array(CronConfig)),
  metric_configs: Nullable(Type.Array(MetricConfig)),
});

export const SetReservedInstancesBody = Type.Object({
  count: WholeNumber('Instances that are always kept; 0 without policies ends the reservation.'),
  idle_mode: WireFlag('No processor between requests.'),
  tactics_config: Nullable(Tactics),
});

const StoredTactics = Type.Object({
  cron_configs: Type.Array(
    Type.Object({
      name: Type.String(),
      cron: Type.String(),
      count: Type.Integer(),
      start_time: Type.Integer(),
      expired_time: Type.Integer(),
    }),
  ),
  metric_configs: Type.Array(
    Type.Object({ name: Type.String(), type: Type.String(), threshold: Type.Integer(), min: Type.Integer() }),
  ),
});

export const ReservedInstances = Type.Object({
  count: Type.Integer(),
  idle_mode: Type.Boolean(),
  tactics_config: StoredTactics,
});

export const ReservedInstanceCounts = Type.Object({
  reservedinstances: Type.Array(
    Type.Object({ func_urn: Type.String(), count: Type.Integer({ description: 'Desired now, policies included.' }) }),
  ),
  page_info: PageInfo,
  count: Type.Integer(),
});

const Config = {
  function_urn: Type.String({ description: 'Without a version.' }),
  qualifier_type: Type.Union([Type.Literal('version'), Type.Literal('alias')]),
  qualifier_name: Type.String(),
  min_count: Type.Integer(),
  idle_mode: Type.Boolean(),
  tactics_config: StoredTactics,
};

export const ReservedInstanceConfigs = Type.Object({
  reserved_instances: Type.Array(Type.Object(Config)),
  page_info: PageInfo,
  count: Type.Integer(),
});

/** The settings of a function with its present instances. */
export const ReservedInstanceStates = Type.Object({
  reserved_instances: Type.Array(
    Type.Object({
      ...Config,
      desired: Type.Integer({ description: 'Now, policies included.' }),
      ready: Type.Integer(),
      starting: Type.Integer(),
      failing: Type.Union([
        Type.Null(),
        Type.Object({
          reason: Type.String(),
          failures: Type.Integer({ description: 'In a row; 0 when no start was tried.' }),
          next_try: Type.Union([Type.String(), Type.Null()]),
        }),
      ]),
    }),
  ),
  unreachable_servers: UnreachableServers,
});
