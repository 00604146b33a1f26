import CloseOutlined from '@ant-design/icons/es/icons/CloseOutlined';
import { Button } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { isModified, type WorkingCopy } from './working-copy.ts';

interface OpenFilesProps {
  readonly copy: WorkingCopy;
  readonly paths: readonly string[];
  /** The file in the editor. */
  readonly shown: string | undefined;
  readonly onOpen: (path: string) => void;
  readonly onClose: (path: string) => void;
}

/** The files that were opened, above the editor. */
export function OpenFiles({ copy, paths, shown, onOpen, onClose }: OpenFilesProps) {
  const { t } = useTexts('functionCode');
  return (
    <ul className="open-files" aria-label={t('files.open')}>
      {paths.map((path) => (
        <li key={path} className={path === shown ? 'is-shown' : ''}>
          <button type="button" title={path} aria-current={path === shown} onClick={() => onOpen(path)}>
            {path.slice(path.lastIndexOf('/') + 1)}
            {isModified(copy, path) && (
              <span className="file-modified" role="img" aria-label={t('files.modified')} title={t('files.modified')} />
            )}
          </button>
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t('files.close', { path })}
            onClick={() => onClose(path)}
          />
        </li>
      ))}
    </ul>
  );
}
