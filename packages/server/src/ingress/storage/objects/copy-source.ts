import type { ObjectRef, ReadConditions } from '../../../services/index.ts';
import { StorageError } from '../errors.ts';
import { readConditions } from './conditions.ts';

type Headers = ReadonlyMap<string, string>;

/** `x-amz-copy-source: /bucket/key`, percent-encoded. Throws `InvalidArgument`, and `NotImplemented` for a version. */
export function copySourceOf(headers: Headers): ObjectRef {
  const text = headers.get('x-amz-copy-source') ?? headers.get('x-obs-copy-source') ?? '';
  const [path = '', ...query] = text.split('?');
  const version = query.join('?');
  if (version !== '' && version !== 'versionId=null') {
    throw new StorageError('NotImplemented', 'Versions of objects are not implemented; the only one is null.');
  }
  const decoded = decode(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  const bucket = decoded.slice(0, slash);
  const key = decoded.slice(slash + 1);
  if (slash > 0 && key !== '') return { bucket, key };
  throw new StorageError('InvalidArgument', 'The copy source must look like /bucket/key.');
}

/** Characters of a header are bytes. */
function decode(path: string): string {
  const escaped = path.replace(/[\u0080-\u00ff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new StorageError('InvalidArgument', 'The copy source is not UTF-8 in percent encoding.');
  }
}

export function sourceConditions(headers: Headers): ReadConditions {
  const prefix = [...headers.keys()].some((name) => name.startsWith('x-obs-copy-source-')) ? 'x-obs' : 'x-amz';
  return readConditions(headers, `${prefix}-copy-source-`);
}
