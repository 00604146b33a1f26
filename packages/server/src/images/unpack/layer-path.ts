import { ImageError } from '../errors.ts';
import type { ImageLimits } from '../image-limits.ts';

type PathLimits = Pick<ImageLimits, 'pathBytes' | 'pathComponents' | 'componentBytes'>;

/**
 * A name of a layer as components below the root of the image. A leading `/` and `.` mean the root; `..` is refused,
 * not resolved. Empty for the root itself.
 */
export function layerPath(name: string, limits: PathLimits): string[] {
  if (Buffer.byteLength(name) > limits.pathBytes) {
    throw new ImageError('name-too-long', `a name in a layer is longer than ${limits.pathBytes} bytes`);
  }
  const components = name.split('/').filter((part) => part !== '' && part !== '.');
  if (components.length > limits.pathComponents) {
    throw new ImageError('name-too-long', `a name in a layer has more than ${limits.pathComponents} folders`);
  }
  for (const part of components) {
    if (part === '..') throw new ImageError('traversal', `a name in a layer leaves the image: ${shown(name)}`);
    if (Buffer.byteLength(part) > limits.componentBytes) {
      throw new ImageError('name-too-long', `a file name in a layer is longer than ${limits.componentBytes} bytes`);
    }
  }
  return components;
}

/** A name of a layer for a message, without line breaks and control characters. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}
