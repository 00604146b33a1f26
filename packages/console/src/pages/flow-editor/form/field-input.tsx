import type { Filter, FlowParameter, RetryRule } from '@funcgraph/flow';
import { Input, InputNumber, Select, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FunctionPicker } from '../../../parts/pickers/function-picker.tsx';
import { FlowPicker } from '../../../parts/pickers/search-picker.tsx';
import type { Field } from './fields.ts';
import { JsonInput } from './json-input.tsx';
import { filterOf, textOfFilter } from './json-text.ts';
import { ExpressionPreview } from './preview/expression-preview.tsx';
import { WithPaths } from './preview/with-paths.tsx';
import { ParameterRows, RetryRows } from './rows.tsx';

interface FieldInputProps {
  readonly id: string;
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** What a field is filled in with. */
export function FieldInput({ id, field, value, onChange }: FieldInputProps) {
  const { t } = useTexts('flowEditor');
  const text = typeof value === 'string' ? value : '';
  switch (field.input) {
    case 'function':
      return <FunctionPicker id={id} value={text} onChange={onChange} />;
    case 'flow':
      return <FlowPicker id={id} value={text} onChange={onChange} />;
    case 'switch':
      return <Switch id={id} checked={value === true} onChange={onChange} />;
    case 'number':
      return (
        <InputNumber
          id={id}
          min={field.min}
          max={field.max}
          precision={0}
          value={typeof value === 'number' ? value : null}
          onChange={(number) => onChange(number ?? field.min)}
          style={{ width: '100%' }}
        />
      );
    case 'choice': {
      const options = field.choices.map((choice) => ({ value: choice, label: t(`choices.${choice}`) }));
      return <Select id={id} value={text} options={options} onChange={onChange} />;
    }
    case 'filter':
      return (
        <>
          <WithPaths
            label={t(`fields.${field.name}`)}
            of={field.name === 'output_filter' ? 'output' : 'input'}
            onText={(next) => onChange(filterOf(next))}
          >
            <JsonInput
              id={id}
              placeholder="$.result"
              value={value as Filter | undefined}
              read={filterOf}
              write={textOfFilter}
              onChange={onChange}
            />
          </WithPaths>
          <ExpressionPreview kind="filter" expression={value as Filter | undefined} />
        </>
      );
    case 'parameters':
      return <ParameterRows value={value as FlowParameter[]} onChange={onChange} />;
    case 'retries':
      return <RetryRows value={value as RetryRule[]} onChange={onChange} />;
    case 'text':
    case 'path': {
      const input = (
        <Input
          id={id}
          className={field.input === 'path' ? 'code-input' : ''}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
      // the others name where a result is put
      if (field.name !== 'array_path') return input;
      return (
        <>
          <WithPaths label={t(`fields.${field.name}`)} of="input" onText={onChange}>
            {input}
          </WithPaths>
          <ExpressionPreview kind="path" expression={text} />
        </>
      );
    }
  }
}
