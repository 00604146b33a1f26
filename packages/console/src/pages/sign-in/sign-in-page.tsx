import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Spin } from 'antd';
import { useEffect, useRef } from 'react';
import { type ApiError, type Credentials, signIn } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { Command } from '../../parts/command.tsx';
import { ErrorText } from '../../parts/error-view.tsx';
import mark from '../../parts/mark.svg';
import { linkToken } from './link-token.ts';
import { SignInForm } from './sign-in-form.tsx';
import './sign-in.css';

const MAKE_LINK = 'fgs console';

/** Signs in by the link that `fgs console` prints, or by name and password, then returns to where one was. */
export function Page() {
  const { t } = useTexts();
  const { to, ended } = useSearch({ from: '/sign-in' });
  const { hash } = useLocation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const token = useRef(linkToken(hash)).current;

  const attempt = useMutation<void, ApiError, Credentials>({
    mutationFn: (credentials) => signIn(queries, credentials),
    onSuccess: () => navigate({ href: to ?? '/', replace: true }),
    // a token works once: it must not stay in the history
    onError: () => navigate({ to: '/sign-in', search: (before) => before, hash: '', replace: true }),
  });
  const { mutate } = attempt;
  const isTried = useRef(false);
  useEffect(() => {
    if (token === undefined || isTried.current) return;
    isTried.current = true;
    mutate({ token });
  }, [token, mutate]);

  const isByLink = attempt.variables?.token !== undefined;
  if (isByLink && !attempt.isError) return <Spin fullscreen description={t('signIn.linkWork')} />;
  return (
    <main className="sign-in surface">
      <title>{t('signIn.title')}</title>
      <h1>
        <img src={mark} alt="" width={32} height={32} />
        {t('signIn.title')}
      </h1>
      {ended && attempt.isIdle && <Alert type="info" showIcon title={t('signIn.ended')} />}
      {attempt.error && <Refusal error={attempt.error} isByLink={isByLink} />}
      <SignInForm isBusy={attempt.isPending} onSubmit={mutate} />
      <div className="sign-in-help">
        <p>{t('signIn.linkHelp')}</p>
        <Command line={MAKE_LINK} />
      </div>
    </main>
  );
}

function Refusal({ error, isByLink }: { error: ApiError; isByLink: boolean }) {
  const { t } = useTexts();
  const isWrong = error.status === 401;
  const title = isWrong ? t(isByLink ? 'signIn.linkRefused' : 'signIn.refused') : t('signIn.failed');
  return <Alert type="error" showIcon title={title} description={isWrong ? undefined : <ErrorText error={error} />} />;
}
