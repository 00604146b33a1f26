import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { platformArchitecture } from './image-config.ts';

/** One member of a tar file, valid or not. */
export interface FakeEntry {
  readonly name: string;
  /** `0` file, `5` folder, `2` link, `1` hard link, or any other type. */
  readonly type?: string;
  readonly data?: Buffer | string;
  readonly linkName?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** A wrong size in the header. */
  readonly size?: number;
}

/** A tar file of these entries. Names that do not fit a header get an extended one. */
export function fakeTar(entries: readonly FakeEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(encodeEntry), Buffer.alloc(1024)]);
}

function encodeEntry(entry: FakeEntry): Buffer[] {
  const data = Buffer.from(entry.data ?? '');
  const { name, linkName = '' } = entry;
  const records = [
    ...(Buffer.byteLength(name) > 99 ? [paxRecord('path', name)] : []),
    ...(Buffer.byteLength(linkName) > 99 ? [paxRecord('linkpath', linkName)] : []),
  ];
  const parts: Buffer[] = [];
  if (records.length > 0) {
    const body = Buffer.concat(records);
    parts.push(header({ name: 'PaxHeader', type: 'x' }, body.length), padded(body));
  }
  parts.push(header(entry, entry.size ?? data.length), padded(data));
  return parts;
}

function header({ name, type = '0', linkName = '', mode, uid = 0, gid = 0 }: FakeEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  block.write(name.slice(0, 99), 0);
  octal(mode ?? (type === '5' ? 0o755 : 0o644), 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(linkName.slice(0, 99), 157);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** One record of an extended header; its length includes itself. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export interface FakeImage {
  /** Lowest first. */
  readonly layers: readonly Buffer[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  readonly workingDir?: string;
  readonly architecture?: string;
  /** Layers as plain tar files: for large ones, which take long to compress. */
  readonly plain?: true;
}

/** The parts of an image as a registry or an archive holds them, all layers compressed unless they are plain. */
export function fakeParts(image: FakeImage): { manifest: Buffer; config: Buffer; layers: Buffer[] } {
  const config = configOf(image);
  const layers = image.plain ? [...image.layers] : image.layers.map((layer) => gzipSync(layer, { level: 1 }));
  const layerType = `application/vnd.oci.image.layer.v1.tar${image.plain ? '' : '+gzip'}`;
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: described('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => described(layerType, layer)),
  };
  return { manifest: Buffer.from(JSON.stringify(manifest)), config, layers };
}

export function described(mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function configOf({ layers, entrypoint, command, env, workingDir, architecture }: FakeImage): Buffer {
  const config = {
    os: 'linux',
    architecture: architecture ?? platformArchitecture(),
    config: { Entrypoint: entrypoint, Cmd: command, Env: env, WorkingDir: workingDir },
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  };
  return Buffer.from(JSON.stringify(config));
}

/** An OCI layout as a tar file, `without` the layers that the server should have already. */
export function fakeLayout(name: string, image: FakeImage, without: readonly Buffer[] = []): Buffer {
  const { manifest, config, layers } = fakeParts(image);
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        ...described('application/vnd.oci.image.manifest.v1+json', manifest),
        annotations: { 'org.opencontainers.image.ref.name': name },
      },
    ],
  };
  return fakeTar([
    { name: 'oci-layout', data: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', data: JSON.stringify(index) },
    ...[manifest, config, ...layers.filter((layer) => !without.includes(layer))].map((data) => ({
      name: `blobs/sha256/${digestOf(data).slice(7)}`,
      data,
    })),
  ]);
}

/** An archive in the format of `docker save`, with the manifest at the end. */
export function fakeDockerArchive(names: readonly string[], image: FakeImage): Buffer {
  const config = configOf(image);
  const configName = `${digestOf(config).slice(7)}.json`;
  const layers = image.layers.map((data) => ({ name: `${digestOf(data).slice(7)}/layer.tar`, data }));
  const manifest = [{ Config: configName, RepoTags: names, Layers: layers.map((layer) => layer.name) }];
  return fakeTar([
    ...layers,
    { name: configName, data: config },
    { name: 'manifest.json', data: JSON.stringify(manifest) },
  ]);
}
