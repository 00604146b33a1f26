import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import PlusOutlined from '@ant-design/icons/es/icons/PlusOutlined';
import type { FlowParameter, RetryRule } from '@funcgraph/flow';
import { Button, Input, InputNumber } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { JsonInput } from './json-input.tsx';
import { constantOf, textOfConstant } from './json-text.ts';
import { ExpressionPreview } from './preview/expression-preview.tsx';
import { WithPaths } from './preview/with-paths.tsx';

interface RowsProps<Row> {
  readonly value: readonly Row[];
  readonly onChange: (rows: readonly Row[]) => void;
}

interface RowListProps<Row> extends RowsProps<Row> {
  readonly fresh: Row;
  readonly addWord: string;
  readonly children: (row: Row, change: (part: Partial<Row>) => void) => ReactNode;
}

function RowList<Row extends object>({ value, onChange, fresh, addWord, children }: RowListProps<Row>) {
  const { t } = useTexts('flowEditor');
  return (
    <div className="flow-rows">
      {value.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own that cannot be typed twice
        <div className="flow-row" key={index}>
          <div>
            {children(row, (part) =>
              onChange(value.map((other, at) => (at === index ? { ...other, ...part } : other))),
            )}
          </div>
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('removeRow', { number: index + 1 })}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button icon={<PlusOutlined />} onClick={() => onChange([...value, fresh])}>
        {addWord}
      </Button>
    </div>
  );
}

const NEW_PARAMETER: FlowParameter = { key: '', value: '' };

/** The fields of the body that a function is called with. */
export function ParameterRows(props: RowsProps<FlowParameter>) {
  const { t } = useTexts('flowEditor');
  return (
    <RowList {...props} fresh={NEW_PARAMETER} addWord={t('addParameter')}>
      {(row, change) => (
        <>
          <Input
            aria-label={t('parameter.key')}
            placeholder={t('parameter.key')}
            value={row.key}
            onChange={(event) => change({ key: event.target.value })}
          />
          <WithPaths label={t('parameter.value')} of="input" onText={(text) => change({ value: constantOf(text) })}>
            <JsonInput
              label={t('parameter.value')}
              placeholder={t('parameter.value')}
              value={row.value}
              read={constantOf}
              write={textOfConstant}
              onChange={(value) => change({ value })}
            />
          </WithPaths>
          <ExpressionPreview kind="value" expression={row.value} />
          <JsonInput
            label={t('parameter.default')}
            placeholder={t('parameter.default')}
            value={row.default}
            read={(text) => (text === '' ? undefined : constantOf(text))}
            write={(value) => (value === undefined ? '' : textOfConstant(value))}
            onChange={(value) => change({ default: value } as Partial<FlowParameter>)}
          />
        </>
      )}
    </RowList>
  );
}

const NEW_RETRY: RetryRule = { interval_seconds: 1, max_retries: 3 };

/** When and how often the node before an error handler is repeated. */
export function RetryRows(props: RowsProps<RetryRule>) {
  const { t } = useTexts('flowEditor');
  return (
    <RowList {...props} fresh={NEW_RETRY} addWord={t('addRetry')}>
      {(row, change) => (
        <>
          <Input
            className="code-input"
            aria-label={t('retry.condition')}
            placeholder="$.status == 500"
            value={row.condition ?? ''}
            onChange={({ target: { value } }) =>
              change({ condition: value === '' ? undefined : value } as Partial<RetryRule>)
            }
          />
          <ExpressionPreview kind="condition" expression={row.condition} />
          <InputNumber
            aria-label={t('retry.interval')}
            prefix={t('retry.interval')}
            min={1}
            max={30}
            precision={0}
            value={row.interval_seconds}
            onChange={(value) => change({ interval_seconds: value ?? 1 })}
          />
          <InputNumber
            aria-label={t('retry.most')}
            prefix={t('retry.most')}
            min={1}
            max={8}
            precision={0}
            value={row.max_retries}
            onChange={(value) => change({ max_retries: value ?? 3 })}
          />
        </>
      )}
    </RowList>
  );
}
