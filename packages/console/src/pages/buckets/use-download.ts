import { useTexts } from '../../i18n/index.ts';
import { useChange } from '../../parts/use-change.ts';

/** Lets the browser save an object from the port of buckets, by an address that works for minutes. */
export function useDownload(bucket: string): (key: string) => Promise<void> {
  const { t } = useTexts('buckets');
  const { send } = useChange('presignBucketObject');
  return async (key) => {
    const made = await send({ params: { bucket }, body: { key } }, { failed: t('download.failed') });
    if (made === undefined) return;
    const link = document.createElement('a');
    link.href = made.answer.url;
    link.rel = 'noreferrer';
    link.click();
  };
}
