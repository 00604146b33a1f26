import { Button, Dropdown, type MenuProps } from 'antd';
import { useReducer } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import { EDITOR_SIZES, prefer, THEMES, usePreferences } from '../../../preferences/index.ts';
import type { EditorCommands } from './editor/commands.ts';

interface EditorMenusProps {
  readonly isReadOnly: boolean;
  readonly hasOpen: boolean;
  /** Of the editor, when it shows a file. */
  readonly commands: EditorCommands | undefined;
  readonly onNew: (kind: 'newFile' | 'newFolder') => void;
  readonly canSave: boolean;
  readonly onSave: () => void;
  readonly onCloseAll: () => void;
}

/** Menus of the editor, with the entries of the guide. */
export function EditorMenus({ isReadOnly, hasOpen, commands, canSave, onNew, onSave, onCloseAll }: EditorMenusProps) {
  const { t } = useTexts('functionCode');
  const notices = useNotices();
  // what can be undone is known when a menu opens
  const [, openAgain] = useReducer((times: number) => times + 1, 0);
  const { editorSize, theme } = usePreferences();
  const run = (work: (editor: EditorCommands) => unknown) => () => {
    if (commands === undefined) return;
    // the menu gives the focus back first
    requestAnimationFrame(
      () => void Promise.resolve(work(commands)).catch((error) => notices.failure(() => t('menu.byKeys'), error)),
    );
  };
  const copy = async (editor: EditorCommands) => {
    const text = editor.selected();
    if (text !== '') await navigator.clipboard.writeText(text);
  };
  const none = commands === undefined;
  const fixed = none || isReadOnly;
  const file = [
    { key: 'newFile', label: t('files.newFile'), disabled: isReadOnly, onClick: () => onNew('newFile') },
    { key: 'newFolder', label: t('files.newFolder'), disabled: isReadOnly, onClick: () => onNew('newFolder') },
    { key: 'save', label: t('menu.save'), extra: 'Ctrl+S', disabled: !canSave, onClick: onSave },
    { key: 'closeAll', label: t('menu.closeAll'), disabled: !hasOpen, onClick: onCloseAll },
  ];
  const edit = [
    { key: 'undo', extra: 'Ctrl+Z', disabled: fixed || !commands.canUndo(), onClick: run((editor) => editor.undo()) },
    { key: 'redo', extra: 'Ctrl+Y', disabled: fixed || !commands.canRedo(), onClick: run((editor) => editor.redo()) },
    { type: 'divider' as const },
    {
      key: 'cut',
      extra: 'Ctrl+X',
      disabled: fixed,
      onClick: run(async (editor) => {
        await copy(editor);
        editor.insert('');
      }),
    },
    { key: 'copy', extra: 'Ctrl+C', disabled: none, onClick: run(copy) },
    {
      key: 'paste',
      extra: 'Ctrl+V',
      disabled: fixed,
      onClick: run(async (editor) => editor.insert(await navigator.clipboard.readText())),
    },
    { type: 'divider' as const },
    { key: 'find', extra: 'Ctrl+F', disabled: none, onClick: run((editor) => editor.find()) },
    { key: 'replace', disabled: fixed, onClick: run((editor) => editor.replace()) },
  ].map((item) => ('key' in item ? { ...item, label: t(`menu.${item.key as 'undo'}`) } : item));
  const sizes = EDITOR_SIZES.map((size) => ({
    key: `size-${size}`,
    label: `${size} px`,
    onClick: () => prefer({ editorSize: size }),
  }));
  const themes = THEMES.map((name) => ({
    key: `theme-${name}`,
    label: t(`menu.themes.${name}`),
    onClick: () => prefer({ theme: name }),
  }));
  const settings = [
    { key: 'size', label: t('menu.size'), children: sizes },
    { key: 'format', label: t('menu.format'), disabled: fixed, onClick: run((editor) => editor.format()) },
    { key: 'theme', label: t('menu.theme'), children: themes },
  ];
  const menus: readonly [string, MenuProps['items']][] = [
    ['file', file],
    ['edit', edit],
    ['settings', settings],
  ];
  return (
    <div className="editor-menus">
      {menus.map(([name, items = []]) => (
        <Dropdown
          key={name}
          menu={{ items, selectable: true, selectedKeys: [`size-${editorSize}`, `theme-${theme}`] }}
          trigger={['click']}
          onOpenChange={openAgain}
        >
          <Button type="text" size="small">
            {t(`menu.${name as 'file'}`)}
          </Button>
        </Dropdown>
      ))}
    </div>
  );
}
