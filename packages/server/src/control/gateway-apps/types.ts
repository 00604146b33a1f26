/** Without key and secret the server makes them. */
export interface NewGatewayApp {
  readonly name: string;
  readonly description?: string | undefined;
  readonly appKey?: string | undefined;
  readonly secret?: string | undefined;
}

/** Apps that may call gateway triggers with authentication by app. Times are ms since the epoch. */
export interface GatewayApp {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
  /** Public; names the app in a signature. */
  readonly appKey: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** The proof that a request comes from the app. */
export interface AppSecrets {
  /** Signs requests. */
  readonly secret: string;
  /** Goes along with requests as it is. */
  readonly code: string;
}

export interface StoredApp extends GatewayApp {
  readonly sealedSecret: string;
  readonly sealedCode: string;
}
