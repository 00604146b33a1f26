/** How a function is published on the gateway port. Times are ms since the epoch. */
export interface FunctionUrlTable {
  function_id: string;
  /** 0 or 1. */
  enabled: number;
  /** `none` or `iam`. */
  auth: string;
  created_at: number;
  modified_at: number;
}

export interface FunctionUrlsSchema {
  function_url: FunctionUrlTable;
}
