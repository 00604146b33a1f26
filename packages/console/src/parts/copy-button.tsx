import CheckOutlined from '@ant-design/icons/es/icons/CheckOutlined';
import CopyOutlined from '@ant-design/icons/es/icons/CopyOutlined';
import { App, Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTexts } from '../i18n/index.ts';
import { Spoken } from './spoken.tsx';

const DONE_MS = 2000;

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTexts('parts');
  const { message } = App.useApp();
  const [isDone, setDone] = useState(false);

  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), DONE_MS);
    return () => clearTimeout(timer);
  }, [isDone]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      // pages without TLS have no clipboard
      void message.error(<Spoken say={() => t('copy.failed')} />);
    }
  };
  return (
    <Button
      type="text"
      size="small"
      icon={isDone ? <CheckOutlined /> : <CopyOutlined />}
      aria-label={isDone ? t('copy.done') : (label ?? t('copy.action'))}
      onClick={() => void copy()}
    />
  );
}
