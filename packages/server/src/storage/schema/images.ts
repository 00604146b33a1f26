/** Unpacked container images. Times are ms since the epoch. */
export interface ImageTable {
  /** `sha256:` of the configuration. */
  id: string;
  /** JSON: entrypoint, command, variables, working directory and user that the image names. */
  run: string;
  /** JSON: digest, size and digest of the content of each layer, lowest first. */
  layers: string;
  size_bytes: number;
  unpacked_bytes: number;
  created_at: number;
  loaded_at: number;
}

export interface ImageNameTable {
  name: string;
  image_id: string;
  named_at: number;
}

export interface ImagesSchema {
  image: ImageTable;
  image_name: ImageNameTable;
}
