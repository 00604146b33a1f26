import { Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { type PickerProps, textOf } from './picker.ts';
import { FunctionSelect } from './search-picker.tsx';
import './pickers.css';
import { useQualifiers } from './qualifiers.ts';

const VERSION = /^(urn:.+:function:[^:]+:[^:]+):([^:]+)$/;

/** A function by application and name, and its version or alias. */
export function FunctionPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const given = textOf(value) ?? '';
  const [, urn = given, qualifier = 'latest'] = VERSION.exec(given) ?? [];
  const { options, isFetching } = useQualifiers(urn);
  const isListed = options.some((one) => one.value === qualifier);
  return (
    <div className="function-picker">
      <FunctionSelect id={id} value={urn} onChange={(chosen) => onChange(`${chosen}:latest`)} />
      <Select
        aria-label={t('version')}
        disabled={given === ''}
        loading={isFetching}
        value={qualifier}
        options={isListed ? options : [{ value: qualifier, label: qualifier.replace(/^!/, '') }, ...options]}
        onChange={(chosen) => onChange(`${urn}:${chosen}`)}
      />
    </div>
  );
}
