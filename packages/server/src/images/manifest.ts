import { Document } from './document.ts';
import { ImageError } from './errors.ts';
import { platformArchitecture } from './image-config.ts';
import type { ImageLimits } from './image-limits.ts';

/** A reference in a manifest or an index. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  /** `os/architecture`; empty when the index has none. */
  readonly platform: string;
  /** The image's name, if annotations have one. */
  readonly name: string;
}

export interface Manifest {
  readonly config: Descriptor;
  /** Lowest first. */
  readonly layers: readonly Descriptor[];
}

const LAYER =
  /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar(?:\+(?:gzip|zstd))?|docker\.image\.rootfs\.diff\.tar(?:\.gzip)?)$/;
const FOREIGN = /nondistributable|foreign/;

/** A manifest, or the list of an index. Throws `malformed-manifest`, `media-type`, `too-large`. */
export function parseManifest(
  bytes: Buffer,
  limits: ImageLimits,
): Manifest | { readonly manifests: readonly Descriptor[] } {
  const document = Document.parse(bytes, 'the manifest', 'malformed-manifest');
  if (document.has('manifests')) return { manifests: document.list('manifests').map(descriptor) };
  if (!document.has('config') || !document.has('layers')) {
    throw new ImageError('malformed-manifest', 'the manifest names no configuration and layers', {
      hint: 'Manifests of schema 1 are too old; push the image again with a newer tool.',
    });
  }
  const layers = document.list('layers').map(descriptor);
  if (layers.length > limits.layers)
    throw new ImageError('too-large', `the image has more than ${limits.layers} layers`);
  for (const layer of layers) {
    if (FOREIGN.test(layer.mediaType)) {
      throw new ImageError('media-type', 'a layer of the image is not distributable and missing from it');
    }
    if (!LAYER.test(layer.mediaType)) {
      throw new ImageError('media-type', `a layer is not a file system but ${layer.mediaType.slice(0, 100)}`, {
        hint: 'This is not a container image.',
      });
    }
  }
  return { config: descriptor(document.child('config')), layers };
}

/** The manifest for this machine. Throws `platform` with the available platforms. */
export function chooseManifest(manifests: readonly Descriptor[]): Descriptor {
  const own = `linux/${platformArchitecture()}`;
  const found = manifests.find(({ platform }) => platform === own) ?? manifests.find(({ platform }) => platform === '');
  if (found !== undefined) return found;
  const others = [...new Set(manifests.map(({ platform }) => platform))].slice(0, 10).join(', ');
  throw new ImageError('platform', `the image is not built for ${own}, only for ${others || 'no platform'}`, {
    hint: `Build it for ${own}.`,
  });
}

function descriptor(document: Document): Descriptor {
  const platform = document.child('platform');
  const annotations = document.child('annotations');
  const [os, architecture] = [platform.text('os'), platform.text('architecture')];
  return {
    mediaType: document.text('mediaType'),
    digest: document.digest('digest'),
    size: document.size('size'),
    platform: os === '' && architecture === '' ? '' : `${os}/${architecture}`,
    name: annotations.text('io.containerd.image.name') || annotations.text('org.opencontainers.image.ref.name'),
  };
}
