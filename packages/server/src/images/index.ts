export { imageLimits } from './image-limits.ts';
export { ImageStore } from './image-store.ts';
export { type HeldImage, Images } from './images.ts';
export { withoutTag } from './reference.ts';
export type { Image, ListedImage, NamedImage } from './types.ts';
export { Uploads } from './uploads.ts';
