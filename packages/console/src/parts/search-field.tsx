import { Input, type InputRef } from 'antd';
import { useRef } from 'react';
import { useTexts } from '../i18n/index.ts';
import { useShortcut } from './shortcuts/index.ts';

/** The search of a list: `/` goes to it, Enter searches. */
export function SearchField({
  label,
  value,
  onSearch,
}: {
  label: string;
  value: string;
  onSearch: (text: string) => void;
}) {
  const { t } = useTexts('parts');
  const field = useRef<InputRef>(null);
  useShortcut('/', t('shortcuts.search'), () => field.current?.focus());
  return (
    <Input.Search
      ref={field}
      // an address that changed elsewhere has another text
      key={value}
      allowClear
      defaultValue={value}
      placeholder={label}
      aria-label={label}
      onSearch={(text) => onSearch(text.trim())}
      style={{ width: 340, maxWidth: '100%', minWidth: 0 }}
    />
  );
}
