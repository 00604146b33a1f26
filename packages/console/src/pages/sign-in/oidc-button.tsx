import { useMutation } from '@tanstack/react-query';
import { Button, Divider } from 'antd';
import { type ApiError, beginAtIssuer } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { OidcRefusal } from './oidc-refusal.tsx';
import { leaveForIssuer } from './oidc-return.ts';

/** Leads to the issuer, which sends the browser back to this page. */
export function OidcButton({ name, to }: { name: string; to: string | undefined }) {
  const { t } = useTexts();
  const start = useMutation<Awaited<ReturnType<typeof beginAtIssuer>>, ApiError>({
    mutationFn: beginAtIssuer,
    onSuccess: ({ url, attempt }) => leaveForIssuer({ attempt, to }, url),
  });
  return (
    <div className="sign-in-oidc">
      <Divider plain>{t('signIn.or')}</Divider>
      {start.error && <OidcRefusal error={start.error} />}
      <Button block onClick={() => start.mutate()} loading={start.isPending || start.isSuccess}>
        {t('signIn.oidc', { name })}
      </Button>
    </div>
  );
}
