import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Divider, Spin } from 'antd';
import { useEffect, useRef } from 'react';
import { type ApiError, beginAtIssuer, type Credentials, signIn, signInByIssuer, signInWays } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { Command } from '../../parts/command.tsx';
import { ErrorText } from '../../parts/error-view.tsx';
import mark from '../../parts/mark.svg';
import { linkToken } from './link-token.ts';
import { OidcRefusal } from './oidc-refusal.tsx';
import { endReturn, leaveForIssuer, oidcReturn } from './oidc-return.ts';
import { SignInForm } from './sign-in-form.tsx';
import './sign-in.css';

/** Leads to the issuer, which sends the browser back to this page. */
function OidcButton({ name, to }: { name: string; to: string | undefined }) {
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

const MAKE_LINK = 'fgs console';

interface IssuerAnswer {
  readonly attempt: string;
  readonly answer: string;
}

const isAnswer = (means: Credentials | IssuerAnswer): means is IssuerAnswer => 'answer' in means;

/** Signs in by the link of `fgs console`, the issuer's answer, or name and password, then returns to where one was. */
export function Page() {
  const { t } = useTexts();
  const { to, ended } = useSearch({ from: '/sign-in' });
  const { hash } = useLocation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const token = useRef(linkToken(hash)).current;

  const returned = useRef(oidcReturn()).current;
  const { data: ways } = useQuery(signInWays);

  const target = to ?? returned?.begun?.to;
  // a token or an answer works once: it must not stay in the history
  const clean = {
    to: '/sign-in',
    search: target === undefined ? {} : { to: target },
    hash: '',
    replace: true,
  } as const;

  const attempt = useMutation<void, ApiError, Credentials | IssuerAnswer>({
    mutationFn: (means) =>
      isAnswer(means) ? signInByIssuer(queries, means.attempt, means.answer) : signIn(queries, means),
    onSuccess: () => navigate({ href: target ?? '/', replace: true }),
    onError: () => navigate(clean),
  });
  const { mutate } = attempt;
  const isTried = useRef(false);
  useEffect(() => {
    if (isTried.current) return;
    isTried.current = true;
    endReturn();
    if (token !== undefined) mutate({ token });
    else if (returned?.begun !== undefined) mutate({ attempt: returned.begun.attempt, answer: returned.answer });
  }, [token, returned, mutate]);

  const { variables } = attempt;
  const isByIssuer = variables !== undefined && isAnswer(variables);
  const isByLink = variables !== undefined && !isAnswer(variables) && variables.token !== undefined;
  if ((isByLink || isByIssuer) && !attempt.isError) {
    return <Spin fullscreen description={t(isByIssuer ? 'signIn.oidcWork' : 'signIn.linkWork')} />;
  }
  return (
    <main className="sign-in surface">
      <title>{t('signIn.title')}</title>
      <h1>
        <img src={mark} alt="" width={32} height={32} />
        {t('signIn.title')}
      </h1>
      {ended && attempt.isIdle && <Alert type="info" showIcon title={t('signIn.ended')} />}
      {attempt.isIdle && returned !== undefined && returned.begun === undefined && <OidcRefusal error={undefined} />}
      {attempt.error &&
        (isByIssuer ? <OidcRefusal error={attempt.error} /> : <Refusal error={attempt.error} isByLink={isByLink} />)}
      <SignInForm isBusy={attempt.isPending} onSubmit={mutate} />
      {ways?.oidc && <OidcButton name={ways.oidc.name} to={target} />}
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
