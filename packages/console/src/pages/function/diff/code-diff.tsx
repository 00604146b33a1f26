import { Skeleton } from 'antd';
import { Suspense, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { lazyPart } from '../../../parts/load-again.ts';
import { useNumbers } from '../../../parts/numbers.ts';
import type { FileChange } from './changed-files.ts';
import './code-diff.css';

const TextMerge = lazyPart(async () => (await import('./merge-view.tsx')).TextMerge);

interface CodeDiffProps {
  readonly changes: readonly FileChange[];
  /** What both sides are. */
  readonly before: string;
  readonly after: string;
}

/** The changed files, and the differences of the one that is chosen. */
export function CodeDiff({ changes, before, after }: CodeDiffProps) {
  const { t } = useTexts('functionDiff');
  const [chosen, choose] = useState<string>();
  const open = changes.find(({ path }) => path === chosen) ?? changes[0];
  if (open === undefined) return <p className="code-diff-none">{t('same')}</p>;
  return (
    <div className="code-diff">
      <ul className="code-diff-files" aria-label={t('files')}>
        {changes.map(({ path, kind }) => (
          <li key={path}>
            <button type="button" aria-current={path === open.path} onClick={() => choose(path)}>
              <span className={`code-diff-mark is-${kind}`}>{t(`kind.${kind}`)}</span>
              <span className="code-diff-path">{path}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="code-diff-sides">
        <div className="code-diff-heads">
          <span>{before}</span>
          <span>{after}</span>
        </div>
        <FileDiff key={open.path} change={open} before={before} after={after} />
      </div>
    </div>
  );
}

function FileDiff({ change, before, after }: { change: FileChange; before: string; after: string }) {
  const { t } = useTexts('functionDiff');
  const numbers = useNumbers();
  const { path } = change;
  const textOf = (file: FileChange['before']) => (file === undefined ? '' : file.text);
  const [beforeText, afterText] = [textOf(change.before), textOf(change.after)];
  if (beforeText === undefined || afterText === undefined) {
    const size = (file: FileChange['before']) => (file === undefined ? '–' : numbers.bytes(file.bytes.length));
    return <p className="code-diff-none">{t('binary', { before: size(change.before), after: size(change.after) })}</p>;
  }
  return (
    <Suspense fallback={<Skeleton active />}>
      <TextMerge
        path={path}
        before={beforeText}
        beforeLabel={t('side', { path, name: before })}
        after={afterText}
        afterLabel={t('side', { path, name: after })}
        unchanged={t('unchanged')}
      />
    </Suspense>
  );
}
