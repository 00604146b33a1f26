import { Input, Segmented } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { usePreferences } from '../../preferences/index.ts';
import { fieldMs, fieldText, SPAN_NAMES, type SpanName } from './span.ts';
import './time-span.css';
import type { SpanState } from './use-span.ts';

/** How far back lists and charts reach, or from when to when. */
export function SpanPicker({ span }: { span: SpanState }) {
  const { t } = useTexts('parts');
  const { name, from, to, set } = span;
  const options = SPAN_NAMES.map((value) => ({ value, label: t(`ranges.${value}`) }));
  return (
    <div className="span-picker">
      <Segmented<SpanName>
        aria-label={t('ranges.label')}
        options={options}
        value={name}
        onChange={(next) => set(next === 'custom' ? { name: next, from, to } : { name: next })}
      />
      {name === 'custom' && (
        <span className="span-fields">
          <MomentField label={t('ranges.from')} at={from} onChange={(at) => at < to && set({ name, from: at, to })} />
          <span aria-hidden>–</span>
          <MomentField label={t('ranges.to')} at={to} onChange={(at) => from < at && set({ name, from, to: at })} />
        </span>
      )}
    </div>
  );
}

interface MomentFieldProps {
  readonly label: string;
  readonly at: number;
  readonly onChange: (ms: number) => void;
}

/** Date and time in the zone of all other times of the console. */
function MomentField({ label, at, onChange }: MomentFieldProps) {
  const isUtc = usePreferences(({ times }) => times === 'utc');
  return (
    <Input
      // a new value would end what is being typed
      key={String(isUtc)}
      type="datetime-local"
      aria-label={label}
      suffix={isUtc ? 'UTC' : undefined}
      defaultValue={fieldText(at, isUtc)}
      onChange={(event) => {
        const ms = fieldMs(event.target.value, isUtc);
        if (!Number.isNaN(ms)) onChange(ms);
      }}
    />
  );
}
