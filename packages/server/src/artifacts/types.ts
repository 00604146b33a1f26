/** Kind of the code: an archive that is unpacked, a Java archive kept whole, or the text of one file. */
export type ArtifactKind = 'zip' | 'jar' | 'inline';

/** One stored code bundle. Plain data; the files behind it are immutable. */
export interface Artifact {
  /** Hex SHA-256 of the stored bytes: its identity. */
  readonly sha256: string;
  /** Hex SHA-512 of the stored bytes, which the API reports as `digest`. */
  readonly sha512: string;
  readonly kind: ArtifactKind;
  /** Size of the stored bytes. */
  readonly sizeBytes: number;
  /** Host folder that instances see as their code; read-only for all users. */
  readonly treePath: string;
}

/** Arguments of `put` besides the bytes. */
export interface PutOptions {
  readonly kind: ArtifactKind;
  /** Name inside the tree of a `jar` or `inline` artifact; may have folders (`src/index.js`). Not used for `zip`. */
  readonly fileName?: string;
  /** Largest accepted size; the kind's own limit when absent. */
  readonly maxBytes?: number;
  /** Code of the same function that this replaces: what is the same in both is stored once. */
  readonly replaces?: Artifact;
}

/**
 * Keeps an artifact from being collected while it is held. Release it after the database row that refers to the
 * artifact is committed, or the attempt has failed. Releasing twice has no effect.
 */
export interface ArtifactPin {
  readonly artifact: Artifact;
  release(): void;
}

/** The parts of one code folder. Paths are trees of the artifact store. */
export interface TreeParts {
  /** The function's own code: it wins over every layer. */
  readonly base: string;
  /** Dependencies in the order of their list: a later one wins over an earlier one. */
  readonly layers: readonly string[];
  /** Packages at the top of a layer are also found as `node_modules/<name>`. */
  readonly nodePackages: boolean;
}
