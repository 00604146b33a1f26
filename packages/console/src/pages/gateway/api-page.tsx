import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Skeleton } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { AllowedApps } from './allowed-apps.tsx';
import { ApiForm } from './api-form.tsx';
import { ApiRequest, BackendName } from './api-text.tsx';
import { type Api, AUTHS, addressOf, type Group, WHOSE } from './definition.ts';
import { DeleteApi } from './delete-api.tsx';
import { PublishApi } from './publish-api.tsx';
import { Releases } from './releases.tsx';

/** The rules of an API in words. */
function RulesText({ rules }: { rules: Api['rules'] }) {
  const { t } = useTexts('gateway');
  const { throttle = {}, ip = {}, cors } = rules ?? {};
  const limits = WHOSE.flatMap((whose) => {
    const { calls, period } = throttle[whose] ?? {};
    return calls === undefined || period === undefined
      ? []
      : [`${t(`limits.${whose}`)}: ${calls} ${t(`limits.per.${period}`)}`];
  });
  const named = (label: string, list: readonly string[] = []) =>
    list.length === 0 ? [] : [`${label}: ${list.join(', ')}`];
  const texts = [
    ...limits,
    ...named(t('form.allow'), ip.allow),
    ...named(t('form.deny'), ip.deny),
    ...named(t('form.origins'), cors?.origins),
  ];
  return texts.length === 0 ? '–' : texts.map((text) => <div key={text}>{text}</div>);
}

export function Page() {
  const { t } = useTexts('gateway');
  const { group: group_id = '', api: api_id = '' } = useParams({ strict: false });
  const group = useQuery(query('showGatewayGroup', { params: { group_id } }));
  const api = useQuery(query('showGatewayApi', { params: { group_id, api_id } }));
  const error = group.error ?? api.error;
  return (
    <>
      <Link className="back-link" to="/gateway/$group" params={{ group: group_id }}>
        {`← ${t('apis.back', { group: group.data?.name ?? '' })}`}
      </Link>
      {group.data && api.data ? (
        <ApiView group={group.data} api={api.data} />
      ) : error === null ? (
        <Skeleton active />
      ) : (
        <ErrorView error={error} onRetry={() => Promise.all([group.refetch(), api.refetch()])} />
      )}
    </>
  );
}

function ApiView({ group, api }: { group: Group; api: Api }) {
  const { t } = useTexts('gateway');
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'edit' | 'publish' | 'delete'>();
  const close = () => setDialog(undefined);
  const auth = AUTHS.find((one) => one === api.auth);
  const actions = (
    <>
      <ActionButton needs="publishGatewayApi" type="primary" onClick={() => setDialog('publish')}>
        {t('publish.action')}
      </ActionButton>
      <ActionButton needs="updateGatewayApi" onClick={() => setDialog('edit')}>
        {t('edit')}
      </ActionButton>
      <ActionButton needs="deleteGatewayApi" onClick={() => setDialog('delete')}>
        {t('delete')}
      </ActionButton>
    </>
  );
  return (
    <>
      <PageHeader title={api.name} intro="API" actions={actions} />
      <PublishNote api={api} />
      <div className="surface padded page-section">
        <Facts
          facts={[
            { name: 'ID', value: <code>{api.id}</code>, copy: api.id },
            { name: t('apis.request'), value: <ApiRequest api={api} /> },
            { name: t('apis.urls'), value: <Addresses group={group} api={api} /> },
            { name: t('apis.auth'), value: auth === undefined ? api.auth : t(`auths.${auth}`) },
            { name: t('apis.backend'), value: <BackendName urn={api.backend_urn} /> },
            { name: t('form.timeout'), value: api.timeout_ms },
            { name: t('form.rules'), value: <RulesText rules={api.rules} /> },
            { name: t('apis.updated'), value: <Moment at={api.last_updated_time} /> },
          ]}
        />
      </div>
      {api.auth === 'APP' && <AllowedApps group={group} api={api} />}
      <Releases group={group} api={api} />
      {dialog === 'edit' && <ApiForm group={group} api={api} onSaved={close} onClose={close} />}
      {dialog === 'publish' && <PublishApi group={group} api={api} onClose={close} />}
      {dialog === 'delete' && (
        <DeleteApi
          group={group}
          api={api}
          onDone={() => navigate({ to: '/gateway/$group', params: { group: group.id } })}
          onClose={close}
        />
      )}
    </>
  );
}

/** Whether requests reach the API, and as it is defined. */
function PublishNote({ api: { published } }: { api: Api }) {
  const { t } = useTexts('gateway');
  if (published.length === 0) return <Alert className="page-section" showIcon type="info" title={t('publish.never')} />;
  const old = published.filter(({ outdated }) => outdated);
  if (old.length === 0) return null;
  const stages = old.map(({ stage }) => stage).join(', ');
  return <Alert className="page-section" showIcon type="warning" title={t('publish.old', { stages })} />;
}

function Addresses({ group, api }: { group: Group; api: Api }) {
  const { t } = useTexts('gateway');
  if (group.hosts.length === 0) return t('apis.noHost');
  return group.hosts.map((host) => {
    const address = addressOf(group, host, api.path);
    return (
      <div key={host}>
        <code>{address}</code> <CopyButton text={address} label={t('apis.urls')} />
      </div>
    );
  });
}
