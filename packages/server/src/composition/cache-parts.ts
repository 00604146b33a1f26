import { ByteCache } from '../lib/byte-cache.ts';
import type { ControlParts } from './control-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type CacheDeps = Root & Pick<StateParts, 'artifacts'> & Pick<ControlParts, 'images'>;

/** The limit of what this server has of shared code and images. Without other servers, nothing can be fetched again. */
export function startCache({ config, clock, log, life, artifacts, images }: CacheDeps): void {
  if (config.sharedArtifacts === undefined) return;
  const cache = new ByteCache({
    limitBytes: config.artifactCacheBytes,
    items: async () => [...(await artifacts.cached()), ...(await images.cached())],
    clock,
    onExceeded: (bytes) =>
      log.warn({ bytes }, 'code and images in use are larger than artifact_cache; nothing more can be removed'),
    onError: (error) => log.error({ err: error }, 'copies of shared code could not be removed'),
  });
  artifacts.onFetched(() => cache.check());
  images.onFetched(() => cache.check());
  cache.start();
  life.onStop(() => cache.stop());
}
