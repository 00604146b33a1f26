import { useMutation } from '@tanstack/react-query';
import { Form, type FormInstance, Input, Radio } from 'antd';
import { ApiError, mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { readFlowInput } from '../../../parts/flow-input.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';

interface CallbackDialogProps {
  readonly flow: string;
  readonly run: string;
  readonly name: string;
  /** The id of the callback, if it is known. */
  readonly id: string | undefined;
  readonly onClose: () => void;
}

interface Fields {
  readonly id: string;
  readonly result: 'success' | 'fail';
  readonly output: string;
  readonly error: string;
}

/** Ends the wait of a run for a callback, with its output or as failed. */
export function CallbackDialog({ flow, run, name, id, onClose }: CallbackDialogProps) {
  const { t } = useTexts('flowRun');
  const notices = useNotices();
  const callback = useMutation(mutation('createCallbackWorkflow'));
  const send = ({ id: given, result, output, error }: Fields, form: FormInstance<Fields>) =>
    callback.mutate(
      {
        params: { workflow_id: flow },
        headers: { 'X-Workflow-Run-Id': run, 'X-Workflow-State-Id': given.trim() },
        body: result === 'success' ? { result, output: readFlowInput(output) ?? {} } : { result, error },
      },
      {
        onSuccess: () => {
          notices.success(() => t('callback.done', { name }));
          onClose();
        },
        onError: (refusal) => {
          if (!(refusal instanceof ApiError && refusal.message.startsWith('the id of the callback')))
            return notices.failure(() => t('callback.failed', { name }), refusal);
          form.setFields([{ name: 'id', errors: [t('callback.idUnknown')] }]);
        },
      },
    );
  return (
    <FormDialog<Fields>
      title={t('callback.title', { name })}
      initialValues={{ id: id ?? '', result: 'success', output: '{}', error: '' }}
      isBusy={callback.isPending}
      onSubmit={send}
      onClose={onClose}
    >
      <Form.Item name="result" label={t('callback.result')}>
        <Radio.Group
          options={[
            { value: 'success', label: t('callback.success') },
            { value: 'fail', label: t('callback.fail') },
          ]}
        />
      </Form.Item>
      <OutcomeField />
      <Form.Item
        name="id"
        label={t('callback.id')}
        extra={t(id === undefined ? 'callback.idHelp' : 'callback.idFound')}
        rules={[{ required: true, whitespace: true, message: t('callback.idMissing') }]}
      >
        <Input className="code-input" autoComplete="off" spellCheck={false} />
      </Form.Item>
    </FormDialog>
  );
}

function OutcomeField() {
  const { t } = useTexts('flowRun');
  const result = Form.useWatch<Fields['result']>('result') ?? 'success';
  return result === 'success' ? (
    <Form.Item
      key="output"
      name="output"
      label={t('callback.output')}
      rules={[
        {
          validator: async (_, text: string) => {
            if (readFlowInput(text) === undefined) throw new Error(t('callback.notObject'));
          },
        },
      ]}
    >
      <Input.TextArea className="code-input" autoSize={{ minRows: 4, maxRows: 14 }} spellCheck={false} />
    </Form.Item>
  ) : (
    <Form.Item
      key="error"
      name="error"
      label={t('callback.error')}
      rules={[{ required: true, whitespace: true, message: t('callback.errorMissing') }]}
    >
      <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
    </Form.Item>
  );
}
