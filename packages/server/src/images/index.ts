export { ImageError, type ImageReason } from './errors.ts';
export { type ImageLimits, imageLimits } from './image-limits.ts';
export { ImageStore } from './image-store.ts';
export { type HeldImage, Images, type ImagesOptions } from './images.ts';
export type { Image, ListedImage, NamedImage } from './types.ts';
export { Uploads } from './uploads.ts';
