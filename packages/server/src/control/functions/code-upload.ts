import { LIMITS } from '@funcgraph/api';
import type { Language } from '@funcgraph/runtimes';
import { ArtifactError, type PutOptions, type UploadBytes } from '../../artifacts/index.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength } from '../checks.ts';
import { fetchArchive, parseLink } from '../fetch-archive.ts';
import type { NewCode } from './types.ts';

const CODE_TYPES = ['inline', 'zip', 'jar', 'obs'];
const MAX_LINK_CHARS = 2048;
const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

/** Code of a request, decoded and named, ready for the artifact store. */
export interface CodeUpload {
  readonly bytes: UploadBytes;
  readonly put: PutOptions;
  /** The values of `code_type` and `code_filename` in the API. */
  readonly codeType: string;
  readonly codeFileName: string;
  /** As `FunctionConfig` has it. */
  readonly codeUrl?: string;
}

/**
 * Undefined when no code was sent. Throws `invalid_code_type`, `invalid_code`, `invalid_code_filename`,
 * `inline_code_too_large`, `code_too_large` or `invalid_url`. Reading the bytes of a link may throw `archive_not_fetched`.
 */
export function codeUpload(
  code: NewCode,
  { language, handler, linkHosts }: { language: Language; handler: string; linkHosts: AllowedHosts },
): CodeUpload | undefined {
  const { type: codeType = '', fileName = '', bytes } = code;
  checkCodeType(codeType, language);
  checkFileName(fileName);
  if (codeType === 'obs') return linked(code, language, linkHosts);
  if (bytes === undefined) return undefined;
  const archive = bytes.subarray(0, 4).equals(ZIP_MAGIC);
  // consoles send several edited files as `inline` with an archive
  const kind = codeType === 'jar' ? 'jar' : codeType === 'zip' || archive ? 'zip' : 'inline';
  if (kind === 'inline') return inline(bytes, language, handler);
  if (bytes.length > LIMITS.codeZipBytes) throw codeTooLarge();
  if (kind === 'zip') {
    return { bytes, put: { kind }, codeType: codeType === '' ? 'zip' : codeType, codeFileName: fileName };
  }
  const jarName = fileName.endsWith('.jar') ? fileName : 'function.jar';
  return { bytes, put: { kind, fileName: jarName }, codeType, codeFileName: fileName };
}

/** The code of a new function that was created without any. Throws `code_missing` where no such code exists. */
export function defaultUpload(language: Language, handler: string): CodeUpload {
  const text = language.inline?.example?.(handler);
  if (text === undefined) {
    throw new PlatformError('code_missing', 'func_code.file is missing', {
      hint: 'Functions of this runtime have no sample code; send a zip in Base64.',
    });
  }
  return inline(Buffer.from(text), language, handler);
}

/** Throws `invalid_code_filename`. */
export function checkFileName(name: string): void {
  checkLength('code_filename', name, 255, 'invalid_code_filename');
  if (!/^[^/\\\p{Cc}]*$/u.test(name)) {
    throw new PlatformError('invalid_code_filename', 'code_filename must be a file name without a path');
  }
}

/** A refusal of the artifact store, as an error of the API. Other errors are returned unchanged. */
export function uploadError(error: unknown): unknown {
  if (!(error instanceof ArtifactError)) return error;
  const { message, hint } = error;
  const text = `${message} [${error.reason}]`;
  if (error.reason === 'too-large') return new PlatformError('code_too_large', text, { hint, cause: error });
  return new PlatformError('invalid_code', text, { hint, cause: error });
}

function inline(bytes: Buffer, language: Language, handler: string): CodeUpload {
  const fileName = language.inline?.fileName(handler);
  if (fileName === undefined) {
    throw new PlatformError('invalid_code_type', 'functions of this runtime cannot have inline code', {
      hint: 'Send a zip or jar.',
    });
  }
  if (bytes.length > LIMITS.inlineCodeBytes) {
    throw new PlatformError('inline_code_too_large', `inline code is larger than ${LIMITS.inlineCodeBytes} bytes`, {
      hint: 'Send a zip with code_type zip.',
    });
  }
  const baseName = fileName.slice(fileName.lastIndexOf('/') + 1);
  return { bytes, put: { kind: 'inline', fileName }, codeType: 'inline', codeFileName: baseName };
}

function checkCodeType(codeType: string, language: Language): void {
  if (codeType === '' || (CODE_TYPES.includes(codeType) && (codeType !== 'jar' || language.id === 'java'))) return;
  if (codeType === 'jar') {
    throw new PlatformError('invalid_code_type', 'code_type jar is for Java functions');
  }
  throw new PlatformError('invalid_code_type', `code_type must be one of ${CODE_TYPES.join(', ')}`);
}

/** Code in a bucket: a zip, or for Java a jar. */
function linked(
  { fileName = '', bytes, link: address = '', linked: own }: NewCode,
  language: Language,
  linkHosts: AllowedHosts,
): CodeUpload {
  if (bytes !== undefined) {
    throw new PlatformError('invalid_code', 'func_code.file is not for code_type obs', {
      hint: 'Send the archive with code_type zip, or its address in code_url.',
    });
  }
  if (address === '') {
    throw new PlatformError('invalid_url', 'code_url is missing', { hint: 'It is required for code_type obs.' });
  }
  checkLength('code_url', address, MAX_LINK_CHARS, 'invalid_url');
  const url = parseLink(address);
  const lastPart = decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const codeFileName = fileName || lastPart;
  checkFileName(codeFileName);
  const isJar = language.id === 'java' && codeFileName.endsWith('.jar');
  const maxBytes = LIMITS.fetchedZipBytes;
  return {
    bytes: own ?? fetchArchive(address, linkHosts),
    put: isJar ? { kind: 'jar', fileName: codeFileName, maxBytes } : { kind: 'zip', maxBytes },
    codeType: 'obs',
    codeFileName,
    // a signature is a secret, and the bytes are read only now
    codeUrl: url.origin + url.pathname,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function codeTooLarge(): PlatformError {
  return new PlatformError('code_too_large', `the code is larger than ${LIMITS.codeZipBytes} bytes`);
}
