import SafetyOutlined from '@ant-design/icons/es/icons/SafetyOutlined';
import { Button, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { isOwn, type Policy, usePolicies } from '../grants/use-policies.ts';
import '../identity.css';
import { PolicyDetails } from './policy-details.tsx';
import { useDescription } from './use-description.ts';
import { WritePolicy } from './write-policy.tsx';

const CREATE = 'fgs iam policies create one-function --file policy.json';

export function Page() {
  const { t } = useTexts('policies');
  const { t: of } = useTexts('identity');
  const descriptionOf = useDescription();
  const [shown, setShown] = useState<Policy>();
  const [written, setWritten] = useState<Policy | 'new'>();
  const [doomed, setDoomed] = useState<Policy>();
  const { rows, ...query } = usePolicies({ isPage: true });
  const kindOf = (policy: Policy) => t(isOwn(policy) ? 'kind.own' : 'kind.system');
  const create = (
    <ActionButton needs="createPolicy" type="primary" onClick={() => setWritten('new')}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        actions={create}
        query={query}
        rows={rows}
        rowKey={({ id }) => id}
        search={t('search')}
        textOf={(policy) => `${policy.display_name} ${descriptionOf(policy)} ${kindOf(policy)}`}
        empty={
          <EmptyState
            icon={<SafetyOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
          />
        }
        columns={[
          {
            title: t('columns.name'),
            dataIndex: 'display_name',
            fixed: 'left',
            render: (name: string, policy) => (
              <Button type="link" style={{ padding: 0 }} onClick={() => setShown(policy)}>
                {name}
              </Button>
            ),
          },
          { title: t('columns.kind'), key: 'kind', render: (_, policy) => <Tag>{kindOf(policy)}</Tag> },
          {
            title: of('description'),
            key: 'description',
            render: (_, policy) => <span className="policy-text">{descriptionOf(policy) || '–'}</span>,
          },
          {
            title: t('columns.updated'),
            dataIndex: 'updated_time',
            render: (at: string, policy) => (isOwn(policy) ? <Moment at={at} /> : '–'),
          },
          {
            title: of('actions'),
            key: 'actions',
            fixed: 'right',
            render: (_, policy) =>
              isOwn(policy) && (
                <Space size={16}>
                  <RowAction needs="updatePolicy" text={of('edit')} onClick={() => setWritten(policy)} />
                  <RowAction needs="deletePolicy" text={of('remove')} onClick={() => setDoomed(policy)} />
                </Space>
              ),
          },
        ]}
      />
      {shown && <PolicyDetails policy={shown} onClose={() => setShown(undefined)} />}
      {written && (
        <WritePolicy {...(written === 'new' ? {} : { policy: written })} onClose={() => setWritten(undefined)} />
      )}
      {doomed && (
        <DeleteDialog
          route="deletePolicy"
          input={{ params: { role_id: doomed.id } }}
          title={t('remove.title', { name: doomed.display_name })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: doomed.display_name })}
          failed={() => t('remove.failed', { name: doomed.display_name })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}
