import { useQueryClient } from '@tanstack/react-query';
import { Alert, Form, Input, Switch } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';

interface ForkDialogProps {
  readonly flow: string;
  readonly run: string;
  readonly node: { readonly id: string; readonly name: string };
  /** What arrived at the node. */
  readonly input: unknown;
  readonly onStarted: (run: string) => void;
  readonly onClose: () => void;
}

interface Fields {
  readonly input: string;
  readonly isNew: boolean;
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A new run that goes on at a node, with the results before it. */
export function ForkDialog({ flow, run, node, input, onStarted, onClose }: ForkDialogProps) {
  const { t } = useTexts('flowRun');
  const queries = useQueryClient();
  const { send, isBusy } = useChange('forkWorkflowExecution');
  const given = input === undefined ? '' : JSON.stringify(input, null, 2);
  const fork = async ({ input: text, isNew }: Fields) => {
    const edited = text.trim() === given.trim() || text.trim() === '' ? {} : { input: JSON.parse(text) as unknown };
    const sent = await send(
      {
        params: { workflow_id: flow, execution_id: run },
        body: { node: node.id, ...edited, new_definition: isNew },
      },
      { done: () => t('fork.done'), failed: () => t('fork.failed', { name: node.name }) },
    );
    if (sent === undefined) return;
    await queries.invalidateQueries({ queryKey: ['workflows', 'showWorkflowExecutionForPage'] });
    onClose();
    onStarted(sent.answer.execution_id);
  };
  return (
    <FormDialog<Fields>
      title={t('fork.title', { name: node.name })}
      okText={t('fork.run')}
      initialValues={{ input: given, isNew: false }}
      isBusy={isBusy}
      onSubmit={fork}
      onClose={onClose}
    >
      <Alert type="info" title={t('fork.about')} style={{ marginBottom: 16 }} />
      <Form.Item
        name="input"
        label={t('fork.input')}
        rules={[
          {
            validator: async (_rule, text: string) => {
              if (text.trim() !== '' && !isJson(text)) throw new Error(t('fork.notJson'));
            },
          },
        ]}
      >
        <Input.TextArea className="code-input" autoSize={{ minRows: 4, maxRows: 14 }} spellCheck={false} />
      </Form.Item>
      <Form.Item name="isNew" label={t('fork.newDefinition')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}
