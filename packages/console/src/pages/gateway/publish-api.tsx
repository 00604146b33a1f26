import { useQuery } from '@tanstack/react-query';
import { Form, Input, Select } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';
import type { Api, Group, Release } from './definition.ts';

interface PublishApiProps {
  readonly group: Group;
  readonly api: Api;
  /** The release whose definition is published again; the present definition without it. */
  readonly from?: Release;
  readonly onClose: () => void;
}

interface Fields {
  readonly stage: string;
  readonly description?: string;
}

export function PublishApi({ group, api, from, onClose }: PublishApiProps) {
  const { t } = useTexts('gateway');
  const stages = useQuery(query('listGatewayStages', { params: { group_id: group.id } }));
  const publication = useChange('publishGatewayApi');
  const { name } = api;
  const submit = async ({ stage, description = '' }: Fields) => {
    const body = { description, ...(from === undefined ? {} : { from_release: from.release }) };
    const texts = { done: () => t('publish.done', { name, stage }), failed: () => t('publish.failed', { name }) };
    if (await publication.send({ params: { group_id: group.id, api_id: api.id, stage }, body }, texts)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={from === undefined ? t('publish.title', { name }) : t('publish.again', { release: from.release })}
      okText={t('publish.ok')}
      initialValues={{ stage: from?.stage ?? 'RELEASE' }}
      isBusy={publication.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="stage" label={t('publish.stage')} extra={t('publish.stageHelp')} rules={[{ required: true }]}>
        <Select
          disabled={from !== undefined}
          loading={stages.isPending}
          options={(stages.data?.stages ?? []).map((stage) => ({ value: stage.name }))}
        />
      </Form.Item>
      <Form.Item name="description" label={t('description')} extra={t('publish.descriptionHelp')}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
    </FormDialog>
  );
}
