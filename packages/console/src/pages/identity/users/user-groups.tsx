import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { useChange } from '../../../parts/use-change.ts';
import type { Group } from '../groups/group-columns.tsx';
import { Section } from '../section.tsx';
import { GroupsField } from './groups-field.tsx';
import type { User } from './user-columns.tsx';

/** Groups of a user: the user has their policies. */
export function UserGroups({ user }: { user: User }) {
  const { t } = useTexts('users');
  const { t: of } = useTexts('identity');
  const [isJoining, setJoining] = useState(false);
  const [left, setLeft] = useState<Group>();
  const list = useQuery(query('listGroupsOfUser', { params: { user_id: user.id } }));
  const rows = list.data?.groups ?? [];
  const join = (
    <ActionButton needs="addGroupMember" onClick={() => setJoining(true)}>
      {t('join.action')}
    </ActionButton>
  );
  return (
    <Section title={t('groups')} action={join}>
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
              <Link to="/groups/$group" params={{ group: id }}>
                {name}
              </Link>
            ),
          },
          {
            title: of('description'),
            dataIndex: 'description',
            render: (text: string) => <span className="identity-text">{text || '–'}</span>,
          },
          {
            title: of('actions'),
            key: 'actions',
            render: (_, group) => (
              <RowAction needs="removeGroupMember" text={t('leave.action')} onClick={() => setLeft(group)} />
            ),
          },
        ]}
        empty={
          <EmptyState
            title={t('noGroups.title')}
            text={t('noGroups.text')}
            action={join}
            command={`fgs iam groups add-member developers ${user.name}`}
          />
        }
      />
      {isJoining && <JoinGroups user={user} without={rows.map(({ id }) => id)} onClose={() => setJoining(false)} />}
      {left && (
        <DeleteDialog
          route="removeGroupMember"
          input={{ params: { group_id: left.id, user_id: user.id } }}
          title={t('leave.title', { name: user.name, group: left.name })}
          consequence={t('leave.consequence')}
          done={() => t('leave.done', { name: user.name, group: left.name })}
          failed={() => t('leave.failed', { name: user.name, group: left.name })}
          onClose={() => setLeft(undefined)}
        />
      )}
    </Section>
  );
}

function JoinGroups({ user, without, onClose }: { user: User; without: string[]; onClose: () => void }) {
  const { t } = useTexts('users');
  const { send, isBusy } = useChange('addGroupMember');
  const submit = async ({ groups }: { groups: string[] }) => {
    const texts = {
      done: () => t('join.done', { name: user.name }),
      failed: () => t('join.failed', { name: user.name }),
    };
    for (const group of groups) {
      if (!(await send({ params: { group_id: group, user_id: user.id } }, texts))) return;
    }
    onClose();
  };
  return (
    <FormDialog<{ groups: string[] }>
      title={t('join.title', { name: user.name })}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <GroupsField without={without} isRequired />
    </FormDialog>
  );
}
