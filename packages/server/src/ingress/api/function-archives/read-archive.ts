import { type DecodedBody, ROUTES, type Routes } from '@funcgraph/api';
import type { ExportedFunction } from '../../../control/index.ts';
import { decodeBase64 } from '../../../lib/base64.ts';
import { bodyParser } from '../../../lib/body-parser.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { newFunction, variablesIn } from '../functions-body.ts';
import { readExportYaml } from './export-yaml.ts';

type Body = DecodedBody<Routes['importFunction']>;

const MAX_FILE_NAME_CHARS = 255;

const parseFields = bodyParser(ROUTES.createFunction.body);

/** The bytes of the archive. Throws `invalid_code_filename`, `invalid_import`. */
export function archiveOf({ file_name: name, file_type: type, file_code: text }: Body): Buffer {
  if (name === '' || name.length > MAX_FILE_NAME_CHARS || /[/\\\p{Cc}]/u.test(name)) {
    throw new PlatformError('invalid_code_filename', 'file_name must be a file name without a path');
  }
  if (type !== 'zip') throw new PlatformError('invalid_code_filename', 'file_type must be zip');
  const bytes = decodeBase64(text);
  if (bytes !== undefined) return bytes;
  throw new PlatformError('invalid_import', 'file_code is not Base64', { hint: 'Encode the archive exactly once.' });
}

/**
 * The function in the YAML file of an archive, under the name and in the package of the request. Throws
 * `invalid_import`, and the errors of a create body.
 */
export function readExport(yaml: string, { func_name, package: pkg }: Body): ExportedFunction {
  const { function: fields, dependencies, code } = readExportYaml(yaml);
  const { user_data, encrypted_user_data, func_code: _code, depend_version_list: _ids, ...rest } = fields;
  const body = parseFields({ runtime: '', ...rest, func_name, package: pkg });
  return {
    fn: {
      ...newFunction(body as DecodedBody<Routes['createFunction']>),
      env: variablesIn('user_data', user_data ?? {}),
      secrets: variablesIn('encrypted_user_data', encrypted_user_data ?? {}),
    },
    dependencies,
    code,
  };
}
