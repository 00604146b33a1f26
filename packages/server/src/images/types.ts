/** An image as it is stored: its id is the digest of its configuration, which names the digest of every layer. */
export interface Image {
  readonly id: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly user: string;
  readonly layers: readonly ImageLayer[];
  /** Of all layers as they are stored. */
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  /** Ms since the epoch. */
  readonly createdAt: number;
  readonly loadedAt: number;
}

export interface ImageLayer {
  /** Of the stored file. */
  readonly digest: string;
  readonly size: number;
  readonly diffId: string;
}

/** An image with what it is called here. */
export interface NamedImage extends Image {
  readonly names: readonly string[];
}

/** An image and who uses it, for people. */
export interface ListedImage extends NamedImage {
  /** Versions of functions that were made with it. */
  readonly versions: number;
}
