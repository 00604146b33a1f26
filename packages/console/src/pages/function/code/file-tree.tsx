import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import EditOutlined from '@ant-design/icons/es/icons/EditOutlined';
import FileAddOutlined from '@ant-design/icons/es/icons/FileAddOutlined';
import FolderAddOutlined from '@ant-design/icons/es/icons/FolderAddOutlined';
import { Button, Tooltip, Tree } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { FileDialog, type FileQuestion } from './file-dialog.tsx';
import { treeNodes } from './tree-nodes.ts';
import { type Change, isModified, type WorkingCopy } from './working-copy.ts';

interface FileTreeProps {
  readonly copy: WorkingCopy;
  /** The open file. */
  readonly open: string | undefined;
  readonly isReadOnly: boolean;
  readonly onOpen: (path: string) => void;
  readonly onChange: (change: Change) => void;
  readonly question: FileQuestion | undefined;
  readonly onAsk: (question: FileQuestion | undefined) => void;
}

export function FileTree({ copy, open, isReadOnly, onOpen, onChange, question, onAsk }: FileTreeProps) {
  const { t } = useTexts('functionCode');
  const [chosen, setChosen] = useState(open ?? '');
  const isChosen = [...copy.files.keys()].some((path) => path.startsWith(chosen));
  const target = isChosen ? chosen : '';
  // beside the chosen file, or in the chosen folder
  const place = target.slice(0, target.lastIndexOf('/') + 1);
  const tools = [
    { key: 'newFile', icon: <FileAddOutlined />, ask: () => onAsk({ kind: 'newFile', path: place }) },
    { key: 'newFolder', icon: <FolderAddOutlined />, ask: () => onAsk({ kind: 'newFolder', path: place }) },
    { key: 'rename', icon: <EditOutlined />, ask: () => onAsk({ kind: 'rename', path: target }) },
    { key: 'remove', icon: <DeleteOutlined />, ask: () => onAsk({ kind: 'remove', path: target }) },
  ] as const;
  const choose = (path: string) => {
    setChosen(path);
    if (!path.endsWith('/')) onOpen(path);
  };
  return (
    <div className="file-tree">
      {!isReadOnly && (
        <div className="file-tree-tools">
          {tools.map(({ key, icon, ask }) => (
            <Tooltip key={key} title={t(`files.${key}`)}>
              <Button
                type="text"
                size="small"
                icon={icon}
                aria-label={t(`files.${key}`)}
                disabled={target === '' && (key === 'rename' || key === 'remove')}
                onClick={ask}
              />
            </Tooltip>
          ))}
        </div>
      )}
      <Tree.DirectoryTree
        aria-label={t('files.label')}
        blockNode
        defaultExpandAll
        showIcon={false}
        treeData={treeNodes(copy.files)}
        selectedKeys={[target]}
        onSelect={([key]) => choose(String(key))}
        titleRender={({ key, name }) => (
          <>
            {name}
            {!key.endsWith('/') && isModified(copy, key) && (
              <span className="file-modified" role="img" aria-label={t('files.modified')} title={t('files.modified')} />
            )}
          </>
        )}
      />
      {question && (
        <FileDialog
          question={question}
          files={copy.files}
          onChange={(change) => {
            onChange(change);
            if (change.kind === 'create') choose(change.path);
            if (change.kind === 'rename') choose(change.to);
          }}
          onClose={() => onAsk(undefined)}
        />
      )}
    </div>
  );
}
