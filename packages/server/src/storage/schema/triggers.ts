/** Binds an event source to a version or alias of a function. Times are ms since the epoch. */
export interface FunctionTriggerTable {
  id: string;
  function_id: string;
  /** `latest`, a version, or `!alias`. */
  qualifier: string;
  /** Type code of the API. */
  kind: string;
  name: string;
  /** 0 or 1. */
  active: number;
  /** JSON of the settings of this kind. */
  settings: string;
  /** Gateway, environment, method and path pattern of a gateway trigger; null for others. */
  route_key: string | null;
  /** The source of facts that it listens to; null for kinds that listen to none. */
  source: string | null;
  /** Of an EVENT trigger whose secret was renewed; null before. */
  secret_seed: string | null;
  /** Start of the rate's period: ticks are counted from this time. */
  since: number;
  /** Planned time of the last timer tick whose event is stored. */
  fired_at: number | null;
  /** The same tick in steady time. */
  fired_steady: number | null;
  created_at: number;
  modified_at: number;
}

/** Up to which line an LTS trigger has read the log of its function in the folder of one server. */
export interface LogPositionTable {
  trigger_id: string;
  folder: string;
  day: string;
  seq: number;
}

/** The position of a trigger in a shard of the stream that it reads. */
export interface TriggerCheckpointTable {
  trigger_id: string;
  shard: string;
  position: string;
}

/** Whether a trigger of a message broker or a stream is connected. */
export interface BrokerStateTable {
  trigger_id: string;
  /** Why not; null when it is. */
  error: string | null;
  /** Ms since the epoch. */
  since: number;
}

export interface TriggersSchema {
  broker_state: BrokerStateTable;
  log_position: LogPositionTable;
  function_trigger: FunctionTriggerTable;
  trigger_checkpoint: TriggerCheckpointTable;
}
