import { Alert } from 'antd';
import type { ApiError } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ErrorText } from '../../parts/error-view.tsx';

const TITLES = { 401: 'signIn.oidcRefused', 403: 'signIn.oidcNoUser', 503: 'signIn.oidcUnavailable' } as const;

/** A refused sign-in by the issuer; without an error, this tab had not begun it. */
export function OidcRefusal({ error }: { error: ApiError | undefined }) {
  const { t } = useTexts();
  if (error === undefined) return <Alert type="error" showIcon title={t('signIn.oidcLost')} />;
  const title = t(TITLES[error.status as keyof typeof TITLES] ?? 'signIn.failed');
  return <Alert type="error" showIcon title={title} description={<ErrorText error={error} />} />;
}
