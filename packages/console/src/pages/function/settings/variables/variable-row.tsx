import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { Button, Form, Input, Switch } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';
import { assignmentsIn } from './assignments.ts';
import { nameProblem, needsValue, type Variable } from './variables.ts';

interface VariableRowProps {
  readonly at: number;
  readonly onRemove: () => void;
  readonly onPaste: (pasted: readonly Variable[]) => void;
}

export function VariableRow({ at, onRemove, onPaste }: VariableRowProps) {
  const { t } = useTexts('functionSettings');
  const form = Form.useFormInstance();
  const variable: Variable = Form.useWatch(['variables', at], { form, preserve: true }) ?? {};
  const all = (): readonly Variable[] => form.getFieldValue('variables') ?? [];
  const judgeName = async () => {
    const problem = nameProblem(all(), at);
    if (problem !== undefined) throw new Error(t(`variables.problems.${problem}`));
  };
  const judgeValue = async () => {
    if (needsValue(all()[at] ?? {})) throw new Error(t('variables.problems.value'));
  };
  const label = variable.name || t('variables.unnamed');
  const isStored = variable.stored !== undefined && variable.stored === variable.name;
  return (
    <div className="variable-row">
      <Form.Item name={[at, 'name']} rules={[{ validator: judgeName }]}>
        <Input
          className="code-input"
          aria-label={t('variables.name')}
          autoComplete="off"
          spellCheck={false}
          onPaste={(event) => {
            const pasted = assignmentsIn(event.clipboardData.getData('text'));
            if (pasted === undefined) return;
            event.preventDefault();
            onPaste(pasted);
          }}
        />
      </Form.Item>
      <Form.Item
        name={[at, 'value']}
        dependencies={[
          ['variables', at, 'name'],
          ['variables', at, 'isSecret'],
        ]}
        rules={[{ validator: judgeValue }]}
      >
        {variable.isSecret ? (
          <Input.Password
            className="code-input"
            aria-label={t('variables.valueOf', { name: label })}
            autoComplete="new-password"
            placeholder={isStored ? t('variables.stored') : ''}
          />
        ) : (
          <Input.TextArea
            className="code-input"
            aria-label={t('variables.valueOf', { name: label })}
            autoSize={{ minRows: 1, maxRows: 5 }}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Form.Item>
      <Form.Item name={[at, 'isSecret']} valuePropName="checked">
        <Switch size="small" aria-label={t('variables.encrypt', { name: label })} />
      </Form.Item>
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t('variables.remove', { name: label })}
        onClick={onRemove}
      />
    </div>
  );
}
