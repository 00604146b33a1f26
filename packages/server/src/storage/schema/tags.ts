/** A tag that a user gave a function or a flow. */
interface TagTable {
  owner_id: string;
  key: string;
  value: string;
}

export interface TagsSchema {
  function_tag: TagTable;
  flow_tag: TagTable;
}
