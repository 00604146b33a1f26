/** A stored image: its id is the digest of its configuration, which has the digest of every layer. */
export interface Image {
  readonly id: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly user: string;
  readonly layers: readonly ImageLayer[];
  /** Of all layers in their stored form. */
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  /** Ms since the epoch. */
  readonly createdAt: number;
  readonly loadedAt: number;
}

export interface ImageLayer {
  /** Digest of the stored file. */
  readonly digest: string;
  readonly size: number;
  readonly diffId: string;
}

/** An image with its names on this machine. */
export interface NamedImage extends Image {
  readonly names: readonly string[];
}

/** An image and its use, for people. */
export interface ListedImage extends NamedImage {
  /** Number of function versions that use it. */
  readonly versions: number;
}

/** Layers by their SHA-256 that servers share. */
export interface SharedLayers {
  start(): Promise<void>;
  /** On disk for all servers when it resolves. */
  put(sha256: string, file: string): Promise<void>;
  /** Like `put` for layers of a stored image. */
  share(sha256: string, file: string): Promise<void>;
  /** Copies a layer, checked by its digest, into a new file; false, with no file, when it is missing or damaged. */
  fetch(sha256: string, file: string): Promise<boolean>;
  sweep(isReferenced: (sha256: string) => Promise<boolean>): Promise<void>;
}
