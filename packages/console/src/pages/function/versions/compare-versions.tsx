import { useQuery } from '@tanstack/react-query';
import { Alert, Modal, Select, Skeleton } from 'antd';
import { useMemo } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { type CodeFiles, textFile } from '../code/archive.ts';
import { useCode } from '../code/code-query.ts';
import { changedFiles } from '../diff/changed-files.ts';
import { CodeDiff } from '../diff/code-diff.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { settingsText } from './settings-text.ts';

interface VersionContent {
  readonly config: ShownFunction['config'];
  /** Undefined when the console does not open the code: an image, a compiled or a large archive. */
  readonly files: CodeFiles | undefined;
}

function useVersionContent({ baseUrn }: Pick<ShownFunction, 'baseUrn'>, version: string) {
  const urn = `${baseUrn}:${version}`;
  const code = useCode({ urn });
  const settings = useQuery(query('showFunctionConfig', { params: { function_urn: urn } }));
  const content = useMemo<VersionContent | undefined>(
    () => code.data && settings.data && { config: settings.data, files: code.data.files },
    [code.data, settings.data],
  );
  const refetch = () => {
    void code.refetch();
    void settings.refetch();
  };
  return { content, error: code.error ?? settings.error, refetch };
}

interface CompareVersionsProps {
  readonly fn: ShownFunction;
  readonly versions: readonly string[];
  readonly before: string;
  readonly after: string;
  readonly onChoose: (before: string, after: string) => void;
  readonly onClose: () => void;
}

/** Code and settings of two versions beside each other. */
export function CompareVersions({ fn, versions, before, after, onChoose, onClose }: CompareVersionsProps) {
  const { t } = useTexts('functionVersions');
  const options = versions.map((version) => ({ value: version, label: version }));
  return (
    <Modal open title={t('compare.title')} width={1120} footer={null} onCancel={onClose}>
      <div className="compare-choice">
        <Select
          aria-label={t('compare.before')}
          value={before}
          options={options}
          popupMatchSelectWidth={false}
          onChange={(version) => onChoose(version, after)}
        />
        <span aria-hidden>→</span>
        <Select
          aria-label={t('compare.after')}
          value={after}
          options={options}
          popupMatchSelectWidth={false}
          onChange={(version) => onChoose(before, version)}
        />
      </div>
      <Comparison key={`${before} ${after}`} fn={fn} before={before} after={after} />
    </Modal>
  );
}

function Comparison({ fn, before, after }: Pick<CompareVersionsProps, 'fn' | 'before' | 'after'>) {
  const { t } = useTexts('functionVersions');
  const one = useVersionContent(fn, before);
  const other = useVersionContent(fn, after);
  const settings = t('compare.settings');
  const changes = useMemo(() => {
    if (one.content === undefined || other.content === undefined) return undefined;
    const withSettings = ({ files, config }: VersionContent) =>
      new Map([[settings, textFile(settingsText(config))], ...(files ?? [])]);
    return changedFiles(withSettings(one.content), withSettings(other.content));
  }, [one.content, other.content, settings]);
  const error = one.error ?? other.error;
  if (error !== null) {
    const again = () => {
      one.refetch();
      other.refetch();
    };
    return <ErrorView error={error} onRetry={again} />;
  }
  if (changes === undefined) return <Skeleton active />;
  const isHidden = one.content?.files === undefined || other.content?.files === undefined;
  const isSameCode = one.content?.config.digest === other.content?.config.digest;
  return (
    <>
      {isHidden && (
        <Alert
          className="compare-note"
          type="info"
          showIcon
          title={t(isSameCode ? 'compare.hiddenSame' : 'compare.hiddenDiffers')}
        />
      )}
      <CodeDiff changes={changes} before={before} after={after} />
    </>
  );
}
