import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Form, Select } from 'antd';
import { useState } from 'react';
import { query, useMissingRight } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { Section } from '../section.tsx';
import { type User, UserStatus } from '../users/user-columns.tsx';
import type { Group } from './group-columns.tsx';

/** Members of a group. */
export function GroupMembers({ group }: { group: Group }) {
  const { t } = useTexts('groups');
  const { t: of } = useTexts('identity');
  const [isAdding, setAdding] = useState(false);
  const [left, setLeft] = useState<User>();
  const list = useQuery(query('listGroupMembers', { params: { group_id: group.id } }));
  const rows = list.data?.users ?? [];
  const add = (
    <ActionButton needs="addGroupMember" onClick={() => setAdding(true)}>
      {t('members.add')}
    </ActionButton>
  );
  return (
    <Section title={t('members.title')} action={add}>
      <DataTable
        tools={false}
        query={list}
        rows={rows}
        rowKey={({ id }) => id}
        columns={[
          {
            title: of('name'),
            dataIndex: 'name',
            render: (name: string, { id }) => (
              <Link to="/users/$user" params={{ user: id }}>
                {name}
              </Link>
            ),
          },
          {
            title: t('members.status'),
            dataIndex: 'enabled',
            render: (isEnabled: boolean) => <UserStatus isEnabled={isEnabled} />,
          },
          {
            title: of('actions'),
            key: 'actions',
            render: (_, user) => (
              <RowAction needs="removeGroupMember" text={t('members.remove')} onClick={() => setLeft(user)} />
            ),
          },
        ]}
        empty={
          <EmptyState
            title={t('members.none')}
            text={t('members.noneText')}
            action={add}
            command={`fgs iam groups add-member ${group.name} ada`}
          />
        }
      />
      {isAdding && <AddMembers group={group} without={rows} onClose={() => setAdding(false)} />}
      {left && (
        <DeleteDialog
          route="removeGroupMember"
          input={{ params: { group_id: group.id, user_id: left.id } }}
          title={t('members.removeTitle', { name: left.name, group: group.name })}
          consequence={t('members.removeText')}
          done={() => t('members.removed', { name: left.name })}
          failed={() => t('members.removeFailed', { name: left.name })}
          onClose={() => setLeft(undefined)}
        />
      )}
    </Section>
  );
}

function AddMembers({ group, without, onClose }: { group: Group; without: User[]; onClose: () => void }) {
  const { t } = useTexts('groups');
  const missing = useMissingRight('listUsers');
  const users = useQuery({ ...query('listUsers'), enabled: missing === undefined });
  const { send, isBusy } = useChange('addGroupMember');
  const options = (users.data?.users ?? [])
    .filter(({ id }) => !without.some((member) => member.id === id))
    .map(({ id, name }) => ({ value: id, label: name }));
  const submit = async ({ members }: { members: string[] }) => {
    const texts = { done: () => t('members.added', { group: group.name }), failed: () => t('members.addFailed') };
    for (const user of members) {
      if (!(await send({ params: { group_id: group.id, user_id: user } }, texts))) return;
    }
    onClose();
  };
  return (
    <FormDialog<{ members: string[] }>
      title={t('members.addTitle', { group: group.name })}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="members" label={t('members.users')} rules={[{ required: true, message: t('members.missing') }]}>
        <Select mode="multiple" optionFilterProp="label" options={options} loading={users.isLoading} />
      </Form.Item>
    </FormDialog>
  );
}
