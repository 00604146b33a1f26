import { type FunctionUrn, parseUrn } from '@funcgraph/api';
import { memo } from '../../lib/memo.ts';
import { PlatformError } from '../../lib/platform-error.ts';

const parse = memo(2000, 512, parseUrn);

/**
 * The function a path names. Throws `invalid_urn` for text that is not a URN, `forbidden` when it names another project
 * than the path: access was checked for the project of the path.
 */
export function functionUrn(text: string, projectId: string): FunctionUrn {
  const urn = parse(text);
  if (urn === undefined) {
    throw new PlatformError('invalid_urn', `${text.slice(0, 200)} is not a function URN`, {
      hint: 'Form: urn:fss:<region>:<project>:function:<package>:<name>[:<version>|:!<alias>]',
    });
  }
  if (urn.projectId !== projectId) throw new PlatformError('forbidden', 'The URN belongs to another project.');
  return urn;
}
