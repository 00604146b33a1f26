import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { query, sessionQuery } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { NameFields } from '../name-fields.tsx';
import { Section } from '../section.tsx';

const CREATE = 'fgs iam projects create team-a';

/** Projects of the account: each has functions, flows and quotas of its own. */
export function Projects() {
  const { t } = useTexts('projects');
  const { t: of } = useTexts('identity');
  const queries = useQueryClient();
  const [isCreating, setCreating] = useState(false);
  const list = useQuery(query('listAuthProjects'));
  const create = (
    <ActionButton needs="createProject" onClick={() => setCreating(true)}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <Section title={t('title')} action={create}>
      <DataTable
        tools={false}
        query={list}
        rows={list.data?.projects ?? []}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('empty')} text={t('intro')} action={create} command={CREATE} />}
        columns={[
          { title: of('name'), dataIndex: 'name' },
          {
            title: 'ID',
            dataIndex: 'id',
            render: (id: string) => (
              <>
                <code>{id}</code> <CopyButton text={id} label="ID" />
              </>
            ),
          },
          { title: of('description'), dataIndex: 'description', render: (text: string) => text || '–' },
        ]}
      />
      {isCreating && (
        <CreateProject
          onClose={() => {
            setCreating(false);
            // the menu of projects comes with the session
            void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
          }}
        />
      )}
    </Section>
  );
}

interface Fields {
  readonly name: string;
  readonly description?: string;
}

function CreateProject({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('projects');
  const { send, isBusy } = useChange('createProject');
  const submit = async ({ name, description = '' }: Fields) => {
    const texts = { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) };
    if (await send({ body: { project: { name, description } } }, texts)) onClose();
  };
  return (
    <FormDialog<Fields> title={t('create.action')} isBusy={isBusy} onSubmit={submit} onClose={onClose}>
      <NameFields />
    </FormDialog>
  );
}
