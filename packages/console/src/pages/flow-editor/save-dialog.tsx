import type { FlowDefinition } from '@funcgraph/flow';
import { Form, Input, Modal, Select, Switch } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { useFormLanguage } from '../../parts/use-form-language.ts';

export type Settings = Pick<FlowDefinition, 'name' | 'merge_parameters'> & {
  readonly description: string;
  readonly log_level?: FlowDefinition['log_level'];
};

interface SaveDialogProps {
  readonly flow: FlowDefinition;
  /** A saved flow cannot be renamed. */
  readonly isNew: boolean;
  readonly isBusy: boolean;
  readonly onSave: (settings: Settings) => void;
  readonly onClose: () => void;
}

const NAME = /^[A-Za-z0-9_().\u4e00-\u9fff-]{1,64}$/;

/** The settings of the flow as a whole. */
export function SaveDialog({ flow, isNew, isBusy, onSave, onClose }: SaveDialogProps) {
  const { t } = useTexts('flowEditor');
  const [form] = Form.useForm<Settings>();
  useFormLanguage(form);
  const { name, description = '', merge_parameters, log_level } = flow;
  return (
    <Modal
      open
      title={t(isNew ? 'save.title' : 'save.settings')}
      okText={t('save.confirm')}
      cancelText={t('save.cancel')}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Settings>
        form={form}
        layout="vertical"
        initialValues={{ name, description, merge_parameters, log_level }}
        onFinish={onSave}
      >
        <Form.Item
          name="name"
          label={t('save.name')}
          rules={[{ required: true, pattern: NAME, message: t('save.nameRule') }]}
        >
          <Input disabled={!isNew} autoFocus={isNew} maxLength={64} />
        </Form.Item>
        {flow.mode === 'EXPRESS' && (
          <Form.Item name="log_level" label={t('save.logLevel')} rules={[{ required: true }]}>
            <Select options={['ALL', 'ERROR', 'NONE'].map((level) => ({ value: level, label: level }))} />
          </Form.Item>
        )}
        <Form.Item name="merge_parameters" label={t('save.merge')} extra={t('save.mergeHelp')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="description" label={t('save.description')}>
          <Input.TextArea maxLength={512} autoSize={{ minRows: 2, maxRows: 6 }} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}
