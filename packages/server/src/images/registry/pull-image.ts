import { createHash } from 'node:crypto';
import { ImageError } from '../errors.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { FoundImage } from '../image-source.ts';
import { chooseManifest, parseManifest } from '../manifest.ts';
import type { Reference } from '../reference.ts';
import { type RegistryAccess, RegistryClient } from './registry-client.ts';

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const MOST_LEVELS = 3;

/**
 * Finds an image for this machine in its registry. Manifest and configuration are read and checked now, layers when
 * they are opened. Throws `ImageError`.
 */
export async function findInRegistry(
  reference: Reference,
  access: RegistryAccess,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<FoundImage> {
  const client = new RegistryClient(reference, access);
  const read = async (path: string, accept: string, digest: string): Promise<Buffer> => {
    const bytes = await client.document(path, accept, limits.documentBytes, signal);
    if (digest !== '') checkDigest(bytes, digest);
    return bytes;
  };
  let requested = reference.digest;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const path = `manifests/${requested === '' ? reference.tag : requested}`;
    const manifest = parseManifest(await read(path, MANIFESTS, requested), limits);
    if ('manifests' in manifest) {
      requested = chooseManifest(manifest.manifests).digest;
      continue;
    }
    const { config, layers } = manifest;
    return {
      names: [reference.name],
      config: await read(`blobs/${config.digest}`, '*/*', config.digest),
      layers: layers.map(({ digest, size }) => ({ digest, size, open: (at) => client.blob(digest, at) })),
    };
  }
  throw new ImageError('malformed-manifest', 'an index is nested too deeply');
}

function checkDigest(bytes: Buffer, digest: string): void {
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest) return;
  throw new ImageError('digest-mismatch', `the content from the registry does not match ${digest}`, {
    hint: 'It was changed or damaged on the way. Try again, or take the image from elsewhere.',
  });
}
