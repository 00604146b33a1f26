import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Skeleton, Tabs } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { Apis } from './apis.tsx';
import type { Group } from './definition.ts';
import { GroupForm } from './group-form.tsx';
import { DeleteGroup } from './groups.tsx';
import { Hosts } from './hosts.tsx';
import { Stages } from './stages.tsx';

export function Page() {
  const { t } = useTexts('gateway');
  const { group: id = '' } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(query('showGatewayGroup', { params: { group_id: id } }));
  return (
    <>
      <Link className="back-link" to="/gateway">
        {`← ${t('groups.back')}`}
      </Link>
      {data !== undefined && <GroupView group={data} />}
      {data === undefined &&
        (error === null ? <Skeleton active /> : <ErrorView error={error} onRetry={() => refetch()} />)}
    </>
  );
}

function GroupView({ group }: { group: Group }) {
  const { t } = useTexts('gateway');
  const navigate = useNavigate();
  const [{ tab }, setUrl] = useUrlState({ tab: 'apis' });
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const close = () => setDialog(undefined);
  const actions = (
    <>
      <ActionButton needs="updateGatewayGroup" onClick={() => setDialog('edit')}>
        {t('edit')}
      </ActionButton>
      <ActionButton needs="deleteGatewayGroup" onClick={() => setDialog('delete')}>
        {t('delete')}
      </ActionButton>
    </>
  );
  return (
    <>
      <PageHeader title={group.name} intro={group.description || t('groups.one')} actions={actions} />
      <div className="surface padded page-section">
        <Facts
          facts={[
            { name: 'ID', value: <code>{group.id}</code>, copy: group.id },
            { name: t('groups.gateway'), value: <code>{group.gateway_url}</code>, copy: group.gateway_url },
            { name: t('groups.hosts'), value: <Hosts group={group} /> },
            { name: t('created'), value: <Moment at={group.created_time} /> },
          ]}
        />
      </div>
      <Tabs
        activeKey={tab === 'stages' ? 'stages' : 'apis'}
        onChange={(next) => setUrl({ tab: next }, { push: true })}
        items={[
          { key: 'apis', label: t('apis.title'), children: <Apis group={group} /> },
          { key: 'stages', label: t('stages.title'), children: <Stages group={group} /> },
        ]}
      />
      {dialog === 'edit' && <GroupForm group={group} onClose={close} />}
      {dialog === 'delete' && <DeleteGroup group={group} onDone={() => navigate({ to: '/gateway' })} onClose={close} />}
    </>
  );
}
