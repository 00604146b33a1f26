/** Which accounts and projects may use which resource of the machine. Times are ms since the epoch. */
export interface ShareTable {
  /** `file-system`, `network` or `image`. */
  kind: string;
  /** Id of the file system or network; name of the image without its tag. */
  resource: string;
  /** `account` or `project`. */
  holder_kind: string;
  holder_id: string;
  created_at: number;
}

export interface SharesSchema {
  share: ShareTable;
}
