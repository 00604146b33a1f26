import { LIMITS } from '@funcgraph/api/limits';
import { useNavigate } from '@tanstack/react-router';
import { Form, Input, InputNumber, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const { streamShards: SHARDS, streamRetentionHours: HOURS } = LIMITS;
const USUAL = { partition_count: 1, data_duration: 24, data_type: 'BLOB' };
const DATA_TYPES = ['BLOB', 'JSON', 'CSV'].map((value) => ({ value }));

type Fields = { readonly stream_name: string } & Readonly<typeof USUAL>;

export function CreateStream({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('streams');
  const navigate = useNavigate();
  const creation = useChange('createStream');
  const submit = async (body: Fields) => {
    if (await creation.send({ body }, { done: () => t('create.done'), failed: () => t('create.failed') }))
      await navigate({ to: '/streams/$stream', params: { stream: body.stream_name } });
  };
  const counted = (most: { min: number; max: number }) => ({ ...most, precision: 0, style: { width: 160 } });
  return (
    <FormDialog<Fields>
      title={t('create.title')}
      initialValues={USUAL}
      isBusy={creation.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item
        name="stream_name"
        label={t('name')}
        extra={<span className="field-rule">{t('create.nameHelp')}</span>}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('create.nameMissing') },
          { pattern: NAME, message: t('create.nameHelp') },
        ]}
      >
        <Input autoFocus autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="partition_count" label={t('shards')} extra={t('create.shardsHelp')} rules={[{ required: true }]}>
        <InputNumber {...counted(SHARDS)} />
      </Form.Item>
      <Form.Item name="data_duration" label={t('create.retention')} rules={[{ required: true }]}>
        <InputNumber {...counted(HOURS)} />
      </Form.Item>
      <Form.Item name="data_type" label={t('dataType')} extra={t('create.dataTypeHelp')}>
        <Select options={DATA_TYPES} style={{ width: 160 }} />
      </Form.Item>
    </FormDialog>
  );
}
