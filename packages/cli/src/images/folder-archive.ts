import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../framework/index.ts';

const MOST_FILES = 10_000;
const BLOCK = 512;

/** A folder with an OCI layout as a tar file, made while it is read. Links and the like are left out. */
export async function* folderArchive(folder: string): AsyncGenerator<Uint8Array> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  if (
    files.length > MOST_FILES ||
    !files.some(({ name, parentPath }) => join(parentPath, name) === join(folder, 'index.json'))
  ) {
    throw new CliError(`${folder} holds no OCI layout: it has no index.json`, {
      code: 'CLI.IMAGE',
      hint: 'Make one with: skopeo copy docker://NAME:TAG oci:FOLDER:TAG',
    });
  }
  for (const { name, parentPath } of files) {
    const path = join(parentPath, name);
    const { size } = await lstat(path);
    const inside = path.slice(folder.replace(/\/$/, '').length + 1);
    yield header(inside, size);
    let read = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const bytes = chunk as Buffer;
      read += bytes.length;
      if (read > size) break;
      yield bytes;
    }
    if (read !== size) throw new CliError(`${path} changed while it was read`, { code: 'CLI.IMAGE' });
    yield new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** Names of a layout are short; sizes may need more digits than octal has room for. */
function header(name: string, size: number): Uint8Array {
  if (Buffer.byteLength(name) > 100) {
    throw new CliError(`${name} is not a file of an OCI layout`, { code: 'CLI.IMAGE' });
  }
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  if (size < 8 ** 11) block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write('00000000000\0', 136, 'latin1');
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
