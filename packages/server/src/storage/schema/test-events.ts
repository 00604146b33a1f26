/** A saved sample event of a function. Times are ms since the epoch. */
export interface FunctionTestEventTable {
  id: string;
  function_id: string;
  name: string;
  /** JSON text, as the user wrote it. */
  content: string;
  modified_at: number;
}

export interface TestEventsSchema {
  function_test_event: FunctionTestEventTable;
}
