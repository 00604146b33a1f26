import { Button, Modal } from 'antd';
import { Suspense, useEffect, useReducer, useState } from 'react';
import { useMissingRight } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { LeaveGuard } from '../../../parts/leave-guard.tsx';
import { lazyPart } from '../../../parts/load-again.ts';
import { useShortcut } from '../../../parts/shortcuts/index.ts';
import { useUrlState } from '../../../parts/url-state.ts';
import { changedFiles } from '../diff/changed-files.ts';
import { CodeDiff } from '../diff/code-diff.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { type CodeFiles, writeArchive } from './archive.ts';
import type { Code } from './code-query.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import type { EditorCommands } from './editor/commands.ts';
import { EditorMenus } from './editor-menus.tsx';
import { entryFile } from './entry-file.ts';
import type { FileQuestion } from './file-dialog.tsx';
import { FileTree } from './file-tree.tsx';
import { OpenFiles } from './open-files.tsx';
import { UploadDialog } from './upload-dialog.tsx';
import { UploadMenu } from './upload-menu.tsx';
import type { UploadKind } from './upload-rules.ts';
import { CodeConflict, useDeploy } from './use-deploy.ts';
import { changed, modifiedPaths, startOf, type WorkingCopy } from './working-copy.ts';

/** What a deployment would change. */
function ReviewChanges({ copy, onClose }: { copy: WorkingCopy; onClose: () => void }) {
  const { t } = useTexts('functionCode');
  return (
    <Modal open title={t('deploy.reviewTitle')} width={1120} footer={null} onCancel={onClose}>
      <CodeDiff
        changes={changedFiles(copy.base, copy.files)}
        before={t('deploy.deployed')}
        after={t('deploy.written')}
      />
    </Modal>
  );
}

const CodeEditor = lazyPart(async () => (await import('./editor/code-editor.tsx')).CodeEditor);

interface WorkspaceProps {
  readonly fn: ShownFunction;
  readonly stored: Code['stored'];
  readonly files: CodeFiles;
}

/** Files and editor, and what leads from there to deployed code. */
export function Workspace({ fn, stored, files }: WorkspaceProps) {
  const { t } = useTexts('functionCode');
  const [copy, change] = useReducer(changed, startOf(files, stored.digest));
  const [{ file }, setUrl] = useUrlState({ file: '' });
  const [tabs, setTabs] = useState<readonly string[]>();
  const [question, setQuestion] = useState<FileQuestion>();
  const [commands, setCommands] = useState<EditorCommands>();
  const [upload, setUpload] = useState<UploadKind>();
  const [isConflict, setConflict] = useState(false);
  const [isReviewing, setReviewing] = useState(false);
  const deploy = useDeploy(fn);
  const missingRight = useMissingRight('updateFunctionCode');
  const modified = modifiedPaths(copy);
  const isClean = modified.length === 0;
  const first = copy.files.has(file) ? file : entryFile(fn.config.handler, [...copy.files.keys()]);
  const opened = (tabs ?? (first === undefined ? [] : [first])).filter((path) => copy.files.has(path));
  const open = opened.includes(file) ? file : opened.at(-1);
  const show = (path: string) => {
    setTabs(opened.includes(path) ? opened : [...opened, path]);
    setUrl({ file: path });
  };
  const close = (path: string) => {
    const left = opened.filter((other) => other !== path);
    setTabs(left);
    if (path === open) setUrl({ file: left[Math.max(0, opened.indexOf(path) - 1)] ?? '' });
  };
  const shown = open === undefined ? undefined : copy.files.get(open);

  useEffect(() => {
    if (isClean && stored.digest !== copy.digest) change({ kind: 'load', files, digest: stored.digest });
  }, [isClean, stored.digest, files, copy.digest]);

  const start = ({ isForced = false } = {}) => {
    if (fn.isReadOnly || isClean || deploy.isPending) return;
    const sent = copy.files;
    const content = new Blob([writeArchive(sent)]);
    deploy.mutate(
      { code: { kind: 'zip', name: 'index.zip', content }, expected: isForced ? undefined : copy.digest },
      {
        onSuccess: ({ digest }) => change({ kind: 'deployed', files: sent, digest }),
        onError: (error) => setConflict(error instanceof CodeConflict),
      },
    );
  };
  const note = copy.files.size === 0 ? 'noFile' : open === undefined ? 'noneOpen' : 'binary';
  useShortcut('Ctrl+s', t('deploy.action'), start);

  return (
    <section className="surface workspace" aria-label={t('label')}>
      <div className="workspace-tools">
        <EditorMenus
          isReadOnly={fn.isReadOnly}
          hasOpen={opened.length > 0}
          commands={shown?.text === undefined ? undefined : commands}
          onNew={(kind) => setQuestion({ kind, path: open?.slice(0, open.lastIndexOf('/') + 1) ?? '' })}
          canSave={!fn.isReadOnly && !isClean && missingRight === undefined}
          onSave={start}
          onCloseAll={() => setTabs([])}
        />
        {!fn.isReadOnly && (
          <>
            <span className="workspace-state" role="status">
              {t(isClean ? 'deploy.clean' : 'deploy.pending', { count: modified.length })}
            </span>
            {!isClean && <Button onClick={() => setReviewing(true)}>{t('deploy.review')}</Button>}
            <UploadMenu runtime={stored.runtime} onChoose={setUpload} />
            <ActionButton
              needs="updateFunctionCode"
              type="primary"
              disabled={isClean}
              loading={deploy.isPending}
              title="Ctrl+S"
              onClick={() => start()}
            >
              {t('deploy.action')}
            </ActionButton>
          </>
        )}
      </div>
      <FileTree
        copy={copy}
        open={open}
        isReadOnly={fn.isReadOnly}
        question={question}
        onAsk={setQuestion}
        onOpen={show}
        onChange={change}
      />
      <OpenFiles copy={copy} paths={opened} shown={open} onOpen={show} onClose={close} />
      <div className="workspace-editor">
        {open === undefined || shown?.text === undefined ? (
          <p className="workspace-note">{t(note)}</p>
        ) : (
          <Suspense>
            <CodeEditor
              path={open}
              text={shown.text}
              label={t('editor', { path: open })}
              isReadOnly={fn.isReadOnly}
              onChange={(text) => change({ kind: 'write', path: open, text })}
              onReady={setCommands}
            />
          </Suspense>
        )}
      </div>
      {isReviewing && <ReviewChanges copy={copy} onClose={() => setReviewing(false)} />}
      {upload && (
        <UploadDialog
          kind={upload}
          fn={fn.config}
          isBusy={deploy.isPending}
          onUpload={(code) =>
            deploy.mutate(
              { code, expected: undefined },
              {
                onSuccess: () => {
                  // the uploaded code replaces what was written
                  change({ kind: 'load', files: copy.base, digest: copy.digest });
                  setUpload(undefined);
                },
              },
            )
          }
          onClose={() => setUpload(undefined)}
        />
      )}
      {isConflict && (
        <ConflictDialog
          fn={fn}
          files={copy.files}
          isBusy={deploy.isPending}
          onReplace={() => {
            setConflict(false);
            start({ isForced: true });
          }}
          onClose={() => setConflict(false)}
        />
      )}
      <LeaveGuard
        isUnsaved={!isClean}
        title={t('leave.title')}
        consequence={t('leave.text', { count: modified.length })}
        leavingFields={['version']}
      />
    </section>
  );
}
