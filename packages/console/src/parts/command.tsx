import { useTexts } from '../i18n/index.ts';
import { CopyButton } from './copy-button.tsx';
import './parts.css';

/** A command line to copy that does what the screen does. */
export function Command({ line }: { line: string }) {
  const { t } = useTexts('parts');
  return (
    <div className="command">
      {/* a long line scrolls by keyboard too */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <code tabIndex={0}>{line}</code>
      <CopyButton text={line} label={t('copy.command')} />
    </div>
  );
}
