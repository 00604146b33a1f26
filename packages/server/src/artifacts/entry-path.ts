import type { ArchiveLimits } from './artifact-limits.ts';
import { ArtifactError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const REPACK = 'Pack the folder again with a tool that writes plain relative names in UTF-8 with forward slashes.';

/**
 * The name of an archive entry as path components below the code root. Throws `ArtifactError` for every name that could
 * leave the root or be read differently by different programs. Empty for the root itself (`./`).
 */
export function entryPath(raw: Uint8Array, limits: ArchiveLimits): { components: string[]; folder: boolean } {
  const name = decode(raw);
  if (raw.length > limits.pathBytes) {
    throw new ArtifactError('name-too-long', `a name is longer than ${limits.pathBytes} bytes`, { entry: name });
  }
  if (name === '') throw new ArtifactError('name-empty', 'an entry has no name');
  if (name.includes('\\')) {
    throw new ArtifactError('backslash', 'a name contains a backslash', { entry: name, hint: REPACK });
  }
  if (hasControlCharacter(name)) {
    throw new ArtifactError('name-control-character', 'a name contains a control character', { entry: name });
  }
  if (name.startsWith('/')) {
    throw new ArtifactError('absolute-path', 'a name is an absolute path', { entry: name, hint: REPACK });
  }
  if (/^[A-Za-z]:/.test(name)) {
    throw new ArtifactError('drive-letter', 'a name starts with a drive letter', { entry: name, hint: REPACK });
  }
  const components = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of components) {
    if (part === '..') throw new ArtifactError('traversal', 'a name contains ".."', { entry: name, hint: REPACK });
    if (Buffer.byteLength(part) > limits.componentBytes) {
      throw new ArtifactError('name-too-long', `a file name is longer than ${limits.componentBytes} bytes`, {
        entry: name,
      });
    }
  }
  return { components, folder: name.endsWith('/') || components.length === 0 };
}

/** True for NUL, line breaks and all other C0 and DEL characters: file names do not need them, terminals obey them. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function decode(raw: Uint8Array): string {
  try {
    return utf8.decode(raw);
  } catch (cause) {
    const shown = Buffer.from(raw)
      .toString('latin1')
      .replaceAll(/[^\x20-\x7e]/g, '?');
    throw new ArtifactError('name-encoding', 'a name is not UTF-8', { entry: shown, cause, hint: REPACK });
  }
}
