import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageLimits } from '../image-limits.ts';
import { parseReference } from '../reference.ts';
import { described, digestOf, fakeTar } from '../testing.ts';
import { FakeRegistry, LOGIN } from './fake-registry.ts';
import { findInRegistry } from './pull-image.ts';
import type { RegistryAccess } from './registry-client.ts';

const LIMITS = imageLimits(8 << 20);
const NOBODY: RegistryAccess = { username: '', password: '', plainHttp: true, retryMs: 5 };
const LAYER = fakeTar([{ name: 'a', data: Buffer.alloc(300_000, 'layer') }]);

describe('a registry', () => {
  let registry: FakeRegistry;
  beforeEach(async () => {
    registry = await FakeRegistry.start();
    registry.push('v1', { layers: [LAYER], command: ['a'] });
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  const find = (tag = ':v1', access = NOBODY) =>
    findInRegistry(parseReference(`${registry.host}/team/app${tag}`), access, LIMITS, new AbortController().signal);

  async function pull(tag?: string, access?: RegistryAccess): Promise<string[]> {
    const digests: string[] = [];
    for (const layer of (await find(tag, access)).layers) {
      const parts: Uint8Array[] = [];
      for await (const part of layer.open(new AbortController().signal)) parts.push(part);
      const bytes = Buffer.concat(parts);
      expect([digestOf(bytes), bytes.length]).toEqual([layer.digest, layer.size]);
      digests.push(digestOf(bytes));
    }
    return digests;
  }

  it('returns an image by tag and by digest', async () => {
    const digest = registry.push('v1', { layers: [LAYER, fakeTar([{ name: 'b' }])] });
    expect(await pull()).toHaveLength(2);
    expect(await pull(`@${digest}`)).toHaveLength(2);
  });

  it('is shown a password where it asks for one, and a token that its token service gave', async () => {
    for (const authentication of ['basic', 'bearer'] as const) {
      registry.authentication = authentication;
      await expect(pull(':v1', { ...LOGIN, plainHttp: true })).resolves.toHaveLength(1);
    }
  });

  it.each(['basic', 'bearer'] as const)(
    'refuses clients without or with a wrong password (%s)',
    async (authentication) => {
      registry.authentication = authentication;
      for (const login of [NOBODY, { ...LOGIN, password: 'wrong', plainHttp: true }]) {
        await expect(find(':v1', login)).rejects.toMatchObject({ reason: 'registry-auth' });
      }
    },
  );

  it('keeps password and token from the place it redirects to', async () => {
    registry.authentication = 'bearer';
    registry.redirectBlobs = true;
    await pull(':v1', { ...LOGIN, plainHttp: true });
    const stored = registry.seen.filter(({ url }) => url.startsWith('/store/'));
    expect(stored.length).toBeGreaterThan(1);
    expect(stored.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('may interrupt a transfer, which is continued', async () => {
    const found = await find();
    registry.breaks = 2;
    const parts: Uint8Array[] = [];
    for await (const part of found.layers[0]?.open(new AbortController().signal) ?? []) parts.push(part);
    expect(digestOf(Buffer.concat(parts))).toBe(found.layers[0]?.digest);
    expect(registry.seen.filter(({ range }) => range !== undefined).length).toBe(2);
  });

  it('is asked again while it has trouble, and not for ever', async () => {
    registry.failures = { status: 503, left: 2 };
    await expect(find()).resolves.toBeDefined();
    registry.failures = { status: 500, left: 100 };
    await expect(find()).rejects.toMatchObject({ reason: 'registry', hint: expect.stringContaining('--plain-http') });
  });

  it('is known not to have an image', async () => {
    await expect(find(':v2')).rejects.toMatchObject({ reason: 'registry-missing' });
  });

  it('may not send content that does not match the digest', async () => {
    const digest = registry.push('v1', { layers: [LAYER] });
    registry.manifests.set(digest, Buffer.from('{"schemaVersion":2}'));
    await expect(find(`@${digest}`)).rejects.toMatchObject({ reason: 'digest-mismatch' });
    registry.push('v1', { layers: [LAYER], command: ['other'] });
    const config = [...registry.blobs.keys()].find((each) => registry.blobs.get(each)?.includes('other')) ?? '';
    registry.blobs.set(config, Buffer.from('{}'));
    await expect(find()).rejects.toMatchObject({ reason: 'digest-mismatch' });
  });

  it('offers images of several machines, of which the one for this is taken', async () => {
    const other = registry.push('other', { layers: [LAYER], architecture: 's390x' });
    const own = registry.push('own', { layers: [LAYER], command: ['mine'] });
    const entry = (digest: string, platform: object) => {
      const type = 'application/vnd.oci.image.manifest.v1+json';
      return { ...described(type, registry.manifests.get(digest) ?? Buffer.alloc(0)), platform };
    };
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const manifests = [entry(other, { os: 'linux', architecture: 's390x' }), entry(own, { os: 'linux', architecture })];
    registry.manifests.set('multi', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
    expect((await find(':multi')).config.toString()).toContain('mine');
    registry.manifests.set('foreign', Buffer.from(JSON.stringify({ manifests: manifests.slice(0, 1) })));
    await expect(find(':foreign')).rejects.toMatchObject({
      reason: 'platform',
      message: expect.stringContaining('s390x'),
    });
  });

  it.each<[string, string, string]>([
    ['an answer that is no JSON', 'no', 'malformed-manifest'],
    ['a manifest nested without end', '['.repeat(1 << 20), 'malformed-manifest'],
    ['a manifest of a million entries', `{"manifests":[${'{},'.repeat(1_000_000)}{}]}`, 'malformed-manifest'],
    ['a manifest of schema 1', '{"schemaVersion":1,"fsLayers":[]}', 'malformed-manifest'],
    ['an index without end', '{"manifests":[]}', 'platform'],
    [
      'a chart that is no image',
      JSON.stringify({
        config: described('application/vnd.cncf.helm.config.v1+json', Buffer.from('{}')),
        layers: [described('application/vnd.cncf.helm.chart.content.v1.tar+gzip', Buffer.from('x'))],
      }),
      'media-type',
    ],
    [
      'a digest that is a path',
      '{"config":{"digest":"sha256:../../../etc/passwd","size":1,"mediaType":""},"layers":[]}',
      'malformed-manifest',
    ],
  ])('is refused %s', async (_what, manifest, reason) => {
    registry.manifests.set('v1', Buffer.from(manifest));
    await expect(find()).rejects.toMatchObject({ reason });
  });

  it('is not followed from TLS to plain text, nor believed when it names an odd token service', async () => {
    const access = { ...NOBODY, plainHttp: false };
    await expect(find(':v1', access)).rejects.toMatchObject({ reason: 'registry' });
  });
});
