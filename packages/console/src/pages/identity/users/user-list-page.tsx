import UserOutlined from '@ant-design/icons/es/icons/UserOutlined';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { CreateUser } from './create-user.tsx';
import { EditUser } from './edit-user.tsx';
import { type User, useUserColumns } from './user-columns.tsx';

const CREATE = 'fgs iam users create ada --group developers --password-stdin < password.txt';

export function Page() {
  const { t } = useTexts('users');
  const [isCreating, setCreating] = useState(false);
  const [edited, setEdited] = useState<User>();
  const [doomed, setDoomed] = useState<User>();
  const list = useQuery(query('listUsers'));
  const columns = useUserColumns({ onEdit: setEdited, onDelete: setDoomed });
  const create = (
    <ActionButton needs="createUser" type="primary" onClick={() => setCreating(true)}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        actions={create}
        query={list}
        rows={list.data?.users ?? []}
        rowKey={({ id }) => id}
        columns={columns}
        search={t('search')}
        textOf={({ name, description }) => `${name} ${description}`}
        empty={
          <EmptyState
            icon={<UserOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
          />
        }
      />
      {isCreating && <CreateUser onClose={() => setCreating(false)} />}
      {edited && <EditUser user={edited} onClose={() => setEdited(undefined)} />}
      {doomed && (
        <DeleteDialog
          route="deleteUser"
          input={{ params: { user_id: doomed.id } }}
          title={t('remove.title', { name: doomed.name })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: doomed.name })}
          failed={() => t('remove.failed', { name: doomed.name })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}
