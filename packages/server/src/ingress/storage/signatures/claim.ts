/** Which names the client uses in headers, documents and errors. */
export type Dialect = 'aws' | 'obs';

/** What the head says about the body. */
export type PayloadClaim =
  | {
      readonly kind: 'plain';
      /** In hex; undefined for a body that the signature does not cover. */
      readonly sha256: string | undefined;
    }
  | {
      readonly kind: 'chunked';
      /** Undefined for chunks without signatures. */
      readonly signed: boolean;
      readonly trailer: boolean;
    };

/** Signs the chunks of a body, each with the signature of the one before. */
export interface ChunkSigner {
  /** In hex. */
  chunk(previous: string, sha256: string): string;
  trailer(previous: string, sha256: string): string;
}

/** The sender that a request names, and the proof. */
export interface Claim {
  readonly dialect: Dialect;
  readonly accessKey: string;
  readonly securityToken: string | undefined;
  readonly payload: PayloadClaim;
  /** Whether the URL itself carries the proof. */
  readonly presigned: boolean;
  /** The region that the client has signed for; undefined where the signature has none. */
  readonly region: string | undefined;
  /** Whether this secret has made the signature; takes the same time for each wrong one. */
  isSignedBy(secret: string): boolean;
  /** The texts to compare with those of the client. */
  readonly signedTexts: Readonly<Record<string, string>>;
  /** Of a body in signed chunks. */
  chunkSigner(secret: string): ChunkSigner;
  /** In hex, where the first chunk goes on; empty where chunks are not signed. */
  readonly seed: string;
}
