/** Limits on an image. Sizes in bytes. */
export interface ImageLimits {
  /** All layers in their stored form. */
  readonly imageBytes: number;
  /** An uploaded archive, which may hold several images and uncompressed layers. */
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  /** Entries of all layers together, including folders that no entry names. */
  readonly entries: number;
  readonly layers: number;
  readonly pathBytes: number;
  readonly pathComponents: number;
  readonly componentBytes: number;
  /** A manifest, an index or a configuration. */
  readonly documentBytes: number;
  /** Extended headers of one entry of a tar file. */
  readonly extendedBytes: number;
  /** Names and values of the variables that the image sets. */
  readonly envBytes: number;
  /** Entrypoint and command. */
  readonly argvBytes: number;
}

/** Limits for images of at most `imageBytes`; the guide has 2 GB. */
export function imageLimits(imageBytes: number): ImageLimits {
  return {
    imageBytes,
    archiveBytes: imageBytes * 2,
    unpackedBytes: imageBytes * 4,
    entries: 500_000,
    layers: 256,
    pathBytes: 4096,
    pathComponents: 256,
    componentBytes: 255,
    documentBytes: 4 << 20,
    extendedBytes: 64 << 10,
    envBytes: 16 << 10,
    argvBytes: 8 << 10,
  };
}
