import { Alert } from 'antd';
import { useTexts } from '../i18n/index.ts';

/** Names the servers that could not be asked, so that what is missing is not taken for all. Nothing when all were. */
export function MissingServers({ names }: { readonly names: readonly string[] | undefined }) {
  const { t } = useTexts('parts');
  const each = [...new Set(names)];
  if (each.length === 0) return null;
  return <Alert banner type="warning" title={t('missingServers', { servers: each.join(', ') })} />;
}
