/** File systems that the administrator registered. Times are ms since the epoch. */
export interface FileSystemTable {
  id: string;
  name: string;
  /** `folder` or `nfs`. */
  kind: string;
  /** Absolute path on the machine, or `host:/export`. */
  location: string;
  /** 0 or 1. */
  read_only: number;
  /** Owner of files on disk unless a function names another user. */
  user_id: number;
  group_id: number;
  /** 1 when functions may name any user. */
  any_user: number;
  created_at: number;
}

export interface FileSystemsSchema {
  file_system: FileSystemTable;
}
