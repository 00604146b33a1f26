export type { ArchiveLimits } from './artifact-limits.ts';
export { ArtifactStore, type ArtifactStoreOptions, type IsReferenced } from './artifact-store.ts';
export { ArtifactError, type ArtifactReason } from './errors.ts';
export type { IsTreeUsed, MergedTrees, TreePin } from './merged-trees.ts';
export type { UploadBytes } from './receive.ts';
export { SharedBlobs } from './shared-blobs.ts';
export type { Artifact, ArtifactKind, ArtifactPin, PutOptions, TreeParts } from './types.ts';
export { type BundleEntry, bundleZip } from './zip-bundle.ts';
export { zipFolder } from './zip-write.ts';
