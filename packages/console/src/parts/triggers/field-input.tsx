import { Input, InputNumber, Radio, Select, Switch } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { CronField } from '../cron-field.tsx';
import { BucketPicker } from '../pickers/bucket-picker.tsx';
import type { PickerProps } from '../pickers/picker.ts';
import { TopicPicker } from '../pickers/search-picker.tsx';
import { StreamPicker } from '../pickers/stream-picker.tsx';
import { RateField } from '../schedule/rate-field.tsx';
import { GroupPicker, LogPicker, StagePicker } from './pickers.tsx';
import type { TriggerField } from './trigger-form.ts';

const PICKERS = {
  topic: TopicPicker,
  stream: StreamPicker,
  bucket: BucketPicker,
  log: LogPicker,
  group: GroupPicker,
  stage: StagePicker,
};
/** More choices than that are a list that opens. */
const MOST_RADIOS = 3;

/** What a field of a trigger is filled in with. */
export function TriggerFieldInput({
  field,
  id = '',
  value,
  onChange = () => {},
}: PickerProps & { field: TriggerField }) {
  const { t } = useTexts('triggers');
  const text = typeof value === 'string' ? value : '';
  const onText = (event: { target: { value: string } }) => onChange(event.target.value);
  const common = { id, autoComplete: 'off', placeholder: field.placeholder ?? '' };
  switch (field.input) {
    case 'text':
      return <Input {...common} value={text} onChange={onText} />;
    case 'password':
      return <Input.Password {...common} autoComplete="new-password" value={text} onChange={onText} />;
    case 'long-text':
      return (
        <Input.TextArea
          id={id}
          className="code-input"
          autoSize={{ minRows: 2, maxRows: 10 }}
          spellCheck={false}
          value={text}
          onChange={onText}
        />
      );
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
          onChange={onChange}
          style={{ width: '100%' }}
        />
      );
    case 'choice': {
      const options = field.choices.map((choice) => ({ value: choice, label: t(`choices.${choice}`) }));
      return options.length > MOST_RADIOS || field.isWide !== true ? (
        <Select id={id} value={text} options={options} onChange={onChange} />
      ) : (
        <Radio.Group id={id} value={text} options={options} onChange={(event) => onChange(event.target.value)} />
      );
    }
    case 'choices': {
      const options = field.choices.map((choice) => ({ value: choice, label: t(`choices.${choice}`) }));
      return <Select id={id} mode="multiple" value={value} options={options} onChange={onChange} />;
    }
    case 'list':
      return (
        <Select
          id={id}
          mode="tags"
          open={false}
          suffixIcon={null}
          placeholder={field.example}
          tokenSeparators={[',', '\n', ' ']}
          value={value}
          onChange={onChange}
        />
      );
    case 'rate':
      return <RateField id={id} value={text} onChange={onChange} />;
    case 'cron':
      return <CronField id={id} value={text} onChange={onChange} />;
    default: {
      const Picker = PICKERS[field.input];
      return <Picker id={id} value={value} onChange={onChange} />;
    }
  }
}
