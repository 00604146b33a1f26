/** A tag that a user gave a function. */
export interface FunctionTagTable {
  function_id: string;
  key: string;
  value: string;
}

export interface TagsSchema {
  function_tag: FunctionTagTable;
}
