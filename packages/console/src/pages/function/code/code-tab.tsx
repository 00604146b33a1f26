import { Skeleton } from 'antd';
import type { CSSProperties } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { usePreferences } from '../../../preferences/index.ts';
import { FunctionDependencies } from '../dependencies/function-dependencies.tsx';
import type { TabProps } from '../shown-function.ts';
import { TestPane } from '../test/test-pane.tsx';
import { CodeFacts } from './code-facts.tsx';
import { useCode } from './code-query.ts';
import './code-tab.css';
import { UploadOnly } from './upload-only.tsx';
import { Workspace } from './workspace.tsx';

export function Tab({ fn }: TabProps) {
  const { t } = useTexts('functionCode');
  const size = usePreferences(({ editorSize }) => editorSize);
  const { data: code, error, refetch } = useCode(fn);
  if (code === undefined)
    return error === null ? <Skeleton active /> : <ErrorView error={error} onRetry={() => void refetch()} />;
  const { stored, files } = code;
  return (
    <>
      <div className="code-and-test" style={{ '--editor-size': `${size}px` } as CSSProperties}>
        {files === undefined ? (
          <UploadOnly fn={fn} stored={stored} />
        ) : (
          <Workspace fn={fn} stored={stored} files={files} />
        )}
        <TestPane fn={fn} />
      </div>
      <CodeFacts fn={fn} stored={stored} />
      {fn.config.custom_image === undefined && <FunctionDependencies fn={fn} />}
      <p className="code-secrets">{t('secrets')}</p>
    </>
  );
}
