/** Times are ms since the epoch. */
export interface GatewayGroupTable {
  id: string;
  project_id: string;
  name: string;
  description: string;
  /** The number of the last release of any of its APIs. */
  last_release: number;
  created_at: number;
}

/** A host name belongs to one group of all projects. */
export interface GatewayHostTable {
  host: string;
  group_id: string;
  created_at: number;
}

/** RELEASE exists without a row. */
export interface GatewayStageTable {
  group_id: string;
  name: string;
  description: string;
  /** JSON object. */
  variables: string;
}

export interface GatewayApiTable {
  id: string;
  group_id: string;
  project_id: string;
  name: string;
  /** JSON. */
  definition: string;
  created_at: number;
  modified_at: number;
}

/** A definition as it was published. Of an API and a stage at most one is live. */
export interface GatewayReleaseTable {
  id: string;
  api_id: string;
  group_id: string;
  project_id: string;
  stage: string;
  number: number;
  /** JSON. */
  definition: string;
  /** The same text for all definitions that match the same requests. */
  route_key: string;
  /** Memory that it uses in each server while it is live. */
  bytes: number;
  /** 0 or 1. */
  live: number;
  description: string;
  published_by: string;
  published_at: number;
}

/** An app that may call an API with authentication by app. */
export interface GatewayAppApiTable {
  app_id: string;
  api_id: string;
}

export interface GatewaySchema {
  gateway_app_api: GatewayAppApiTable;
  gateway_group: GatewayGroupTable;
  gateway_host: GatewayHostTable;
  gateway_stage: GatewayStageTable;
  gateway_api: GatewayApiTable;
  gateway_release: GatewayReleaseTable;
}
