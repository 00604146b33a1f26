import TeamOutlined from '@ant-design/icons/es/icons/TeamOutlined';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { sameCall } from '../../../parts/same-call.ts';
import { CreateGroup } from './create-group.tsx';
import { EditGroup } from './edit-group.tsx';
import { type Group, useGroupColumns } from './group-columns.tsx';

const CREATE = 'fgs iam groups create developers';
const CALL = sameCall('createGroup', { body: { group: { name: 'developers' } } });

export function Page() {
  const { t } = useTexts('groups');
  const [isCreating, setCreating] = useState(false);
  const [edited, setEdited] = useState<Group>();
  const [doomed, setDoomed] = useState<Group>();
  const list = useQuery(query('listGroups'));
  const columns = useGroupColumns({ onEdit: setEdited, onDelete: setDoomed });
  const create = (
    <ActionButton needs="createGroup" type="primary" onClick={() => setCreating(true)}>
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
        rows={list.data?.groups ?? []}
        rowKey={({ id }) => id}
        columns={columns}
        search={t('search')}
        textOf={({ name, description }) => `${name} ${description}`}
        empty={
          <EmptyState
            icon={<TeamOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
            call={CALL}
          />
        }
      />
      {isCreating && <CreateGroup onClose={() => setCreating(false)} />}
      {edited && <EditGroup group={edited} onClose={() => setEdited(undefined)} />}
      {doomed && (
        <DeleteDialog
          route="deleteGroup"
          input={{ params: { group_id: doomed.id } }}
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
