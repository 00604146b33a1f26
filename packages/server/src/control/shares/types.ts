/** Resources of the machine that can be shared with accounts other than the operator's. */
export type ShareKind = 'file-system' | 'network' | 'image';

/** Every project of an account, or one project. */
export interface ShareHolder {
  readonly kind: 'account' | 'project';
  readonly id: string;
}

export interface Share {
  readonly kind: ShareKind;
  /** Id of the file system or network; name of the image without its tag. */
  readonly resource: string;
  readonly holder: ShareHolder;
  /** Ms since the epoch. */
  readonly createdAt: number;
}

/** Facts about accounts that shares need. */
export interface Tenants {
  /** The account of a project; `operator` for the account that manages the machine. */
  accountOf(projectId: string): { readonly id: string; readonly operator: boolean } | undefined;
  /** By name or id. */
  account(nameOrId: string): { readonly id: string; readonly name: string } | undefined;
  project(id: string): { readonly id: string; readonly name: string } | undefined;
}
