import SolutionOutlined from '@ant-design/icons/es/icons/SolutionOutlined';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import { type Agency, useAgencyColumns } from './agency-columns.tsx';
import { CreateAgency } from './create-agency.tsx';

const CREATE = "fgs iam agencies create caller --policy 'FunctionGraph CommonOperations'";

/** Other pages open the dialog with `?create=1`. */
export function Page() {
  const { t } = useTexts('agencies');
  const [{ create }, setUrl] = useUrlState({ create: 0 });
  const [doomed, setDoomed] = useState<Agency>();
  const list = useQuery(query('listAgencies'));
  const columns = useAgencyColumns({ onDelete: setDoomed });
  const button = (
    <ActionButton needs="createAgency" type="primary" onClick={() => setUrl({ create: 1 })}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        actions={button}
        query={list}
        rows={list.data?.agencies ?? []}
        rowKey={({ id }) => id}
        columns={columns}
        search={t('search')}
        textOf={({ name, description }) => `${name} ${description}`}
        empty={
          <EmptyState
            icon={<SolutionOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={button}
            command={CREATE}
          />
        }
      />
      {create === 1 && <CreateAgency onClose={() => setUrl({ create: 0 })} />}
      {doomed && (
        <DeleteDialog
          route="deleteAgency"
          input={{ params: { agency_id: doomed.id } }}
          title={t('remove.title', { name: doomed.name })}
          consequence={t('remove.consequence')}
          name={doomed.name}
          done={() => t('remove.done', { name: doomed.name })}
          failed={() => t('remove.failed', { name: doomed.name })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}
