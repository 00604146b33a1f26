import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Form, Switch } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { Status } from '../../../parts/status.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { NameFields } from '../name-fields.tsx';
import { Section } from '../section.tsx';

type EnterpriseProject = RouteResponse<Routes['listEnterpriseProjects']>['enterprise_projects'][number];

/** Of everything that names none; it cannot be changed. */
const DEFAULT = '0';
const CREATE = 'fgs iam enterprise-projects create billing';
const isEnabled = ({ status }: EnterpriseProject) => status === 1;

/** Groups of resources of all projects, which policies may be granted for. */
export function EnterpriseProjects() {
  const { t } = useTexts('projects');
  const { t: of } = useTexts('identity');
  const [written, setWritten] = useState<EnterpriseProject | 'new'>();
  const list = useQuery(query('listEnterpriseProjects'));
  const create = (
    <ActionButton needs="createEnterpriseProject" onClick={() => setWritten('new')}>
      {t('enterprise.create')}
    </ActionButton>
  );
  return (
    <Section title={t('enterprise.title')} action={create}>
      <DataTable
        tools={false}
        query={list}
        rows={list.data?.enterprise_projects ?? []}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title={t('enterprise.title')} text={t('enterprise.text')} action={create} command={CREATE} />
        }
        columns={[
          { title: of('name'), dataIndex: 'name' },
          { title: 'ID', dataIndex: 'id', render: (id: string) => <code>{id}</code> },
          {
            title: t('enterprise.status'),
            key: 'status',
            render: (_, project) => (
              <Status kind={isEnabled(project) ? 'good' : 'off'}>
                {t(isEnabled(project) ? 'enterprise.enabled' : 'enterprise.disabled')}
              </Status>
            ),
          },
          { title: of('description'), dataIndex: 'description', render: (text: string) => text || '–' },
          {
            title: of('actions'),
            key: 'actions',
            render: (_, project) =>
              project.id !== DEFAULT && (
                <RowAction needs="updateEnterpriseProject" text={of('edit')} onClick={() => setWritten(project)} />
              ),
          },
        ]}
      />
      {written && (
        <WriteProject {...(written === 'new' ? {} : { project: written })} onClose={() => setWritten(undefined)} />
      )}
    </Section>
  );
}

interface Fields {
  readonly name: string;
  readonly description?: string;
  readonly enabled: boolean;
}

function WriteProject({ project, onClose }: { project?: EnterpriseProject; onClose: () => void }) {
  const { t } = useTexts('projects');
  const creation = useChange('createEnterpriseProject');
  const change = useChange('updateEnterpriseProject');
  const submit = async ({ name, description = '', enabled }: Fields) => {
    const texts = { done: () => t('enterprise.done', { name }), failed: () => t('enterprise.failed', { name }) };
    const saved =
      project === undefined
        ? await creation.send({ body: { name, description } }, texts)
        : await change.send(
            { params: { enterprise_project_id: project.id }, body: { name, description, enabled } },
            texts,
          );
    if (saved) onClose();
  };
  return (
    <FormDialog<Fields>
      title={project === undefined ? t('enterprise.create') : t('enterprise.edit', { name: project.name })}
      initialValues={{
        name: project?.name ?? '',
        description: project?.description ?? '',
        enabled: project === undefined || isEnabled(project),
      }}
      isBusy={creation.isBusy || change.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameFields />
      {project !== undefined && (
        <Form.Item
          name="enabled"
          label={t('enterprise.enabled')}
          valuePropName="checked"
          extra={t('enterprise.enabledHelp')}
        >
          <Switch />
        </Form.Item>
      )}
    </FormDialog>
  );
}
