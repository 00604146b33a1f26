import { LIMITS } from '@funcgraph/api';
import { type Language, runtimeRules } from '../../domain/runtime-rules.ts';
import { decodeBase64 } from '../../lib/base64.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { WireFields } from '../functions/wire-fields.ts';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9])?$/;

/** A checked upload: the archive itself, or where it is. */
export interface DependencyBody {
  readonly name: string;
  readonly runtime: string;
  readonly description: string;
  readonly source: { readonly bytes: Buffer } | { readonly link: string };
}

/**
 * Reads the body of an upload. `known` supplies the fields that a new version of a known package leaves out. Throws
 * `invalid_dependency`, `invalid_dependency_type`, `invalid_runtime`, `invalid_url`, `description_too_long` or
 * `code_too_large`.
 */
export function readDependencyBody(
  fields: WireFields,
  known?: { readonly name: string; readonly runtime: string },
): DependencyBody {
  const name = fields.text('name', { code: 'invalid_dependency' }) || (known?.name ?? '');
  if (!NAME.test(name)) {
    throw new PlatformError('invalid_dependency', 'name is not a name for a dependency', {
      hint: 'At most 96 letters, digits, _ - and . ; starts with a letter, ends with a letter or digit.',
    });
  }
  const runtime = fields.text('runtime', { code: 'invalid_runtime' }) || (known?.runtime ?? '');
  const language = runtimeRules(runtime)?.language;
  if (language === undefined || language === 'image') {
    throw new PlatformError(
      'invalid_runtime',
      `there are no dependencies for runtime ${JSON.stringify(runtime.slice(0, 60))}`,
      {
        hint: 'For example Node.js20.15 or Python3.9.',
      },
    );
  }
  const description = fields.text('description', { code: 'description_too_long' }) ?? '';
  if ([...description].length > LIMITS.descriptionChars) {
    throw new PlatformError('description_too_long', `description is longer than ${LIMITS.descriptionChars} characters`);
  }
  return { name, runtime, description, source: source(fields) };
}

/** Whether a function may be given a dependency: the same language in any version, or a program of its own. */
export function fitsLanguage(dependency: Language, fn: Language): boolean {
  return dependency === fn || fn === 'custom' || fn === 'http';
}

function source(fields: WireFields): DependencyBody['source'] {
  const type = fields.text('depend_type', { code: 'invalid_dependency_type' }) ?? '';
  if (type === 'obs') {
    const link = fields.text('depend_link', { max: 2048, code: 'invalid_url' }) ?? '';
    if (link === '')
      throw new PlatformError('invalid_url', 'depend_link is missing', { hint: 'It is required for depend_type obs.' });
    return { link };
  }
  if (type !== 'zip') {
    throw new PlatformError('invalid_dependency_type', 'depend_type must be zip or obs', {
      hint: 'zip: the archive in depend_file, in Base64. obs: its http or https address in depend_link.',
    });
  }
  const file = fields.text('depend_file', { max: 2 * LIMITS.codeZipBytes, code: 'code_too_large' }) ?? '';
  if (file === '')
    throw new PlatformError('invalid_dependency', 'depend_file is missing', { hint: 'The zip in Base64.' });
  const bytes = decodeBase64(file);
  if (bytes === undefined)
    throw new PlatformError('invalid_dependency', 'depend_file is not Base64', {
      hint: 'Encode the file exactly once.',
    });
  if (bytes.length > LIMITS.codeZipBytes) {
    throw new PlatformError('code_too_large', `the archive is larger than ${LIMITS.codeZipBytes} bytes`, {
      hint: 'Put it where it can be fetched, and send its address with depend_type obs.',
    });
  }
  return { bytes };
}
