/** Networks that the administrator registered. Times are ms since the epoch. */
export interface NetworkTable {
  /** Hex; names the bridge. */
  id: string;
  name: string;
  vpc_id: string;
  subnet_id: string;
  cidr: string;
  /** 0 or 1. */
  nat: number;
  host_interface: string | null;
  created_at: number;
}

export interface NetworksSchema {
  network: NetworkTable;
}
