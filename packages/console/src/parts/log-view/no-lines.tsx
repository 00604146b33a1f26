import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { EmptyState } from '../empty-state.tsx';

interface NoLinesProps {
  /** What writes lines here. */
  readonly text: string;
  /** Makes the first line. */
  readonly command: string;
  readonly action?: ReactNode;
  /** Set while a filter may hide lines. */
  readonly onClear?: (() => void) | undefined;
}

/** A log without lines, in the range or of the filter. */
export function NoLines({ text, command, action, onClear }: NoLinesProps) {
  const { t } = useTexts('logView');
  const { t: of } = useTexts('parts');
  if (onClear === undefined) return <EmptyState title={t('noneInRange')} {...{ text, action, command }} />;
  const clear = <Button onClick={onClear}>{of('noMatch.clear')}</Button>;
  return <EmptyState title={of('noMatch.title')} text={t('noMatch')} action={clear} />;
}
