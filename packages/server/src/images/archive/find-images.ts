import { Document } from '../document.ts';
import { ImageError } from '../errors.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { FoundImage, LayerSource } from '../image-source.ts';
import { chooseManifest, type Descriptor, parseManifest } from '../manifest.ts';
import type { ArchiveFiles } from './archive-files.ts';

const MOST_IMAGES = 20;
/** An index may refer to another index, but not endlessly. */
const MOST_LEVELS = 3;

/**
 * The images in an archive: an OCI layout, or the format of `docker save`. Archives in both formats get the names of
 * the latter, which are complete. Throws `ImageError`.
 */
export async function findImages(files: ArchiveFiles, limits: ImageLimits): Promise<FoundImage[]> {
  const found = files.has('manifest.json')
    ? await dockerImages(files, limits)
    : files.has('index.json')
      ? await layoutImages(files, limits)
      : [];
  if (found.length === 0) {
    throw new ImageError('not-an-image', 'the archive is neither an OCI layout nor from docker save', {
      hint: 'Make one with: docker save NAME:TAG -o image.tar, or: skopeo copy ... oci-archive:image.tar',
    });
  }
  if (found.length > MOST_IMAGES) throw new ImageError('too-large', `the archive has more than ${MOST_IMAGES} images`);
  return found;
}

async function dockerImages(files: ArchiveFiles, limits: ImageLimits): Promise<FoundImage[]> {
  const bytes = await files.read('manifest.json', limits.documentBytes);
  const images = Document.parseList(bytes, 'manifest.json', 'malformed-manifest');
  return Promise.all(
    images.map(async (image) => ({
      names: image.texts('RepoTags'),
      config: await files.read(image.text('Config'), limits.documentBytes),
      layers: image.texts('Layers').map((name) => fromArchive(files, name, undefined)),
    })),
  );
}

async function layoutImages(files: ArchiveFiles, limits: ImageLimits): Promise<FoundImage[]> {
  const index = parseManifest(await files.read('index.json', limits.documentBytes), limits);
  if (!('manifests' in index)) throw new ImageError('malformed-manifest', 'index.json names no manifests');
  // Attestations are no images; several platforms of one name are one image.
  const named = new Map<string, Descriptor[]>();
  for (const each of index.manifests) {
    if (each.platform.startsWith('unknown/')) continue;
    named.set(each.name, [...(named.get(each.name) ?? []), each]);
  }
  return Promise.all(
    [...named].map(async ([name, descriptors]) => ({
      names: name === '' ? [] : [name],
      ...(await layoutImage(files, descriptors, limits)),
    })),
  );
}

async function layoutImage(
  files: ArchiveFiles,
  descriptors: readonly Descriptor[],
  limits: ImageLimits,
): Promise<Pick<FoundImage, 'config' | 'layers'>> {
  let candidates = descriptors;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const { digest } = chooseManifest(candidates);
    const parsed = parseManifest(await files.readChecked(blobName(digest), digest, limits.documentBytes), limits);
    if ('manifests' in parsed) candidates = parsed.manifests;
    else {
      const { config, layers } = parsed;
      return {
        config: await files.readChecked(blobName(config.digest), config.digest, limits.documentBytes),
        layers: layers.map((layer) => fromArchive(files, blobName(layer.digest), layer)),
      };
    }
  }
  throw new ImageError('malformed-manifest', 'an index is nested too deeply');
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function fromArchive(files: ArchiveFiles, name: string, descriptor: Descriptor | undefined): LayerSource {
  return {
    digest: descriptor?.digest,
    size: descriptor?.size ?? files.size(name),
    open: () => files.stream(name),
  };
}
