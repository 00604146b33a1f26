import type { Json } from '@funcgraph/flow';
import { Input } from 'antd';
import { useEffect, useState } from 'react';

interface JsonInputProps<T extends Json | undefined> {
  readonly id?: string;
  readonly label?: string;
  readonly value: T;
  readonly read: (text: string) => T;
  readonly write: (value: T) => string;
  readonly onChange: (value: T) => void;
  readonly placeholder?: string;
  readonly rows?: number;
}

/** A value that is typed as text. The text stays as typed as long as it means the value. */
export function JsonInput<T extends Json | undefined>(props: JsonInputProps<T>) {
  const { id, label, value, read, write, onChange, placeholder = '', rows = 1 } = props;
  const [text, setText] = useState(() => write(value));
  const shown = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the value changed elsewhere, as by undo
  useEffect(() => {
    if (JSON.stringify(read(text)) !== shown) setText(write(value));
  }, [shown]);
  return (
    <Input.TextArea
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      className="code-input"
      autoSize={{ minRows: rows, maxRows: 8 }}
      spellCheck={false}
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}
