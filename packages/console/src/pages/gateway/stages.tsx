import { useQuery } from '@tanstack/react-query';
import { Form, Input, Space, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { nameValuesOf, nameValuesText } from '../../parts/name-values.ts';
import { RowAction } from '../../parts/row-action.tsx';
import { useChange } from '../../parts/use-change.ts';
import type { Group, Stage } from './definition.ts';

const RELEASE = 'RELEASE';
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The stages of a group, with the variables that the backends of APIs follow. */
export function Stages({ group }: { group: Group }) {
  const { t } = useTexts('gateway');
  const [edited, setEdited] = useState<Stage | 'new'>();
  const [doomed, setDoomed] = useState<string>();
  const list = useQuery(query('listGatewayStages', { params: { group_id: group.id } }));
  const columns = useColumns({ onEdit: setEdited, onDelete: setDoomed });
  const create = (
    <ActionButton needs="putGatewayStage" type="primary" onClick={() => setEdited('new')}>
      {t('stages.create')}
    </ActionButton>
  );
  return (
    <>
      <DataTable
        query={list}
        rows={list.data?.stages ?? []}
        rowKey={(stage) => stage.name}
        columns={columns}
        tools={create}
        empty={null}
      />
      {edited && <StageForm group={group} stage={edited} onClose={() => setEdited(undefined)} />}
      {doomed !== undefined && (
        <DeleteDialog
          route="deleteGatewayStage"
          input={{ params: { group_id: group.id, stage: doomed } }}
          title={t('stages.removeTitle', { name: doomed })}
          consequence={t('stages.removeConsequence')}
          done={() => t('stages.removed', { name: doomed })}
          failed={() => t('stages.removeFailed', { name: doomed })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}

interface Fields {
  readonly name: string;
  readonly description?: string;
  readonly variables?: string;
}

function StageForm({ group, stage, onClose }: { group: Group; stage: Stage | 'new'; onClose: () => void }) {
  const { t } = useTexts('gateway');
  const change = useChange('putGatewayStage');
  const isNew = stage === 'new';
  const submit = async ({ name, description = '', variables = '' }: Fields) => {
    const body = { description, variables: Object.fromEntries(nameValuesOf(variables) ?? []) };
    const texts = { done: () => t('saved', { name }), failed: () => t('saveFailed', { name }) };
    if (await change.send({ params: { group_id: group.id, stage: name }, body }, texts)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={isNew ? t('stages.create') : t('stages.edit', { name: stage.name })}
      initialValues={isNew ? {} : { ...stage, variables: nameValuesText(stage.variables) }}
      isBusy={change.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item
        name="name"
        label={t('stages.name')}
        hidden={!isNew}
        extra={<span className="field-rule">{t('stages.nameHelp')}</span>}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('nameMissing') },
          { pattern: NAME, message: t('stages.nameHelp') },
        ]}
      >
        <Input autoFocus autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item
        name="variables"
        label={t('stages.variables')}
        extra={t('stages.variablesHelp')}
        validateTrigger="onBlur"
        rules={[
          {
            validator: async (_, text = '') => {
              if (nameValuesOf(text) === undefined) throw new Error(t('stages.variablesWrong'));
            },
          },
        ]}
      >
        <Input.TextArea className="code-input" autoSize={{ minRows: 3, maxRows: 12 }} placeholder="version=v1" />
      </Form.Item>
      <Form.Item name="description" label={t('description')}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
    </FormDialog>
  );
}

interface RowActions {
  readonly onEdit: (stage: Stage) => void;
  readonly onDelete: (name: string) => void;
}

function useColumns({ onEdit, onDelete }: RowActions): TableColumnsType<Stage> {
  const { t } = useTexts('gateway');
  return [
    { title: t('stages.name'), dataIndex: 'name', fixed: 'left' },
    {
      title: t('stages.variables'),
      dataIndex: 'variables',
      render: (variables: Stage['variables']) =>
        Object.keys(variables).length === 0 ? '–' : <code>{nameValuesText(variables).replaceAll('\n', ', ')}</code>,
    },
    { title: t('description'), dataIndex: 'description', render: (text: string) => text || '–' },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, stage) => (
        <Space size={16}>
          <RowAction needs="putGatewayStage" text={t('edit')} onClick={() => onEdit(stage)} />
          {stage.name !== RELEASE && (
            <RowAction needs="deleteGatewayStage" text={t('delete')} onClick={() => onDelete(stage.name)} />
          )}
        </Space>
      ),
    },
  ];
}
