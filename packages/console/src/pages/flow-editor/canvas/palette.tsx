import type { NodeKind } from '@funcgraph/flow';
import { KIND_WORDS } from '@funcgraph/flow';
import { Input } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { KIND_ICONS, useWords } from '../../../parts/flow-graph/index.ts';
import { NODE_KINDS } from '../draft/nodes.ts';

export const DRAGGED_KIND = 'application/x-funcgraph-node';

const GROUPS = [
  { label: 'palette.functions', kinds: ['function'] },
  { label: 'palette.control', kinds: NODE_KINDS.filter((kind) => kind !== 'function') },
] as const;

/** All kinds of nodes: to be dragged onto the canvas, or inserted behind the selected node by a click or Enter. */
export function Palette({ onInsert }: { onInsert: (kind: NodeKind) => void }) {
  const { t } = useTexts('flowEditor');
  const { word, kindName } = useWords();
  const [typed, setTyped] = useState('');
  const isFound = (kind: NodeKind) => kindName(kind).toLowerCase().includes(typed.trim().toLowerCase());
  const groups = GROUPS.map(({ label, kinds }) => ({ label, kinds: kinds.filter(isFound) }));
  return (
    <aside className="flow-palette" aria-label={t('palette.label')}>
      <Input
        type="search"
        allowClear
        aria-label={t('palette.search')}
        placeholder={t('palette.search')}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      {groups.every(({ kinds }) => kinds.length === 0) && <p>{t('palette.noMatch')}</p>}
      {groups.map(({ label, kinds }) => (
        <section key={label} hidden={kinds.length === 0}>
          <h2>{t(label)}</h2>
          {kinds.map((kind: NodeKind) => {
            const Icon = KIND_ICONS[kind];
            return (
              <button
                key={kind}
                type="button"
                draggable
                title={word(KIND_WORDS[kind].about)}
                onDragStart={(event) => event.dataTransfer.setData(DRAGGED_KIND, kind)}
                onClick={() => onInsert(kind)}
              >
                <span className={`flow-node-icon kind-${kind}`}>
                  <Icon />
                </span>
                {kindName(kind)}
              </button>
            );
          })}
        </section>
      ))}
      <p>{t('palette.help')}</p>
    </aside>
  );
}
