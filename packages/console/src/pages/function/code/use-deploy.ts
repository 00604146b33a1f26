import { useMutation, useQueryClient } from '@tanstack/react-query';
import { mutation, query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { base64Of } from '../../../parts/base64.ts';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { codeKey } from './code-query.ts';

/** What becomes the code: an archive, or the address of one that the server reads. */
export type NewCode =
  | { readonly kind: 'zip' | 'jar'; readonly name: string; readonly content: Blob }
  | { readonly kind: 'obs'; readonly url: string };

interface Deployment {
  readonly code: NewCode;
  /** Of the code that is replaced, if another one must not be. */
  readonly expected: string | undefined;
}

/** Other code was deployed since this code was opened. */
export class CodeConflict extends Error {}

async function bodyOf(code: NewCode) {
  if (code.kind === 'obs') return { code_type: 'obs', code_url: code.url };
  return { code_type: code.kind, code_filename: code.name, func_code: { file: await base64Of(code.content) } };
}

export function useDeploy(fn: ShownFunction) {
  const { t } = useTexts('functionCode');
  const notices = useNotices();
  const queries = useQueryClient();
  const update = useMutation(mutation('updateFunctionCode'));
  return useMutation({
    mutationFn: async ({ code, expected }: Deployment) => {
      const params = { function_urn: fn.baseUrn };
      if (expected !== undefined) {
        const { digest } = await queries.fetchQuery({ ...query('showFunctionConfig', { params }), staleTime: 0 });
        if (digest !== expected) throw new CodeConflict();
      }
      return update.mutateAsync({ params, body: await bodyOf(code) });
    },
    onSuccess: async () => {
      notices.success(() => t('deploy.done'));
      await queries.invalidateQueries({ queryKey: codeKey(fn.urn) });
    },
    onError: (error) => {
      if (!(error instanceof CodeConflict)) notices.failure(() => t('deploy.failed'), error);
    },
  });
}
