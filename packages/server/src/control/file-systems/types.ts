import type { FileSystemMount, MountCheck } from '@funcgraph/agent';

/** A user of the disk. */
export interface DiskUser {
  readonly uid: number;
  readonly gid: number;
}

/** A file system that the administrator registered. Never changes. */
export interface FileSystem {
  readonly id: string;
  readonly name: string;
  readonly source: FileSystemMount['source'];
  readonly readOnly: boolean;
  /** To whom files of functions belong on disk. */
  readonly user: DiskUser;
  /** Whether a function may name another user than `user`. */
  readonly anyUser: boolean;
  /** Ms since the epoch. */
  readonly createdAt: number;
}

export interface NewFileSystem {
  readonly name: string;
  readonly kind: FileSystem['source']['kind'];
  /** A folder of the machine, or an NFS export as `host:/path`. */
  readonly location: string;
  readonly readOnly?: boolean | undefined;
  /** 1003 when left out. */
  readonly user?: { readonly uid?: number | undefined; readonly gid?: number | undefined };
  readonly anyUser?: boolean | undefined;
}

/** A file system with its users. */
export interface FileSystemState extends FileSystem {
  /** URNs of the versions that mount it. */
  readonly usedBy: readonly string[];
}

/** Where file systems are mounted. Errors have the codes of the sandbox agent. */
export interface MountHost {
  tryMount(mount: FileSystemMount): Promise<MountCheck>;
}
