/** A client that calls gateway triggers with a key of its own. Times are ms since the epoch. */
export interface GatewayAppTable {
  id: string;
  project_id: string;
  name: string;
  description: string;
  app_key: string;
  /** Sealed with the key of the data directory, like the code. */
  sealed_secret: string;
  sealed_code: string;
  created_at: number;
  modified_at: number;
}

/** Which gateway triggers an app may call. */
export interface GatewayAppTriggerTable {
  app_id: string;
  trigger_id: string;
}

export interface GatewayAppsSchema {
  gateway_app: GatewayAppTable;
  gateway_app_trigger: GatewayAppTriggerTable;
}
