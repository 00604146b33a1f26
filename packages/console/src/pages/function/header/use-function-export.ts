import { useMutation } from '@tanstack/react-query';
import { receive } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import { saveFile } from '../../../parts/save-file.ts';
import type { ShownFunction } from '../shown-function.ts';

/** Saves configuration and code of the shown version as an archive for import. */
export function useFunctionExport({ name, urn, config }: ShownFunction) {
  const { t } = useTexts('functionPage');
  const notices = useNotices();
  const { mutate, isPending } = useMutation({
    mutationFn: (_: undefined, { client }) =>
      receive('exportFunction', { params: { function_urn: urn }, query: { config: 'true', code: 'true' } }, client),
    onSuccess: ({ bytes, headers }) => {
      // the name and the digest of the code
      const given = /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '')?.[1];
      saveFile(given ?? `${name}_${config.version}.zip`, bytes);
    },
    onError: (error) => notices.failure(t('export.failed', { name }), error),
  });
  return { start: () => mutate(undefined), isBusy: isPending };
}
