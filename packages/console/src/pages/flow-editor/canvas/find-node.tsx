import { Panel, useReactFlow } from '@xyflow/react';
import { Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { useEditor } from '../editor-context.ts';

const NEAR = { maxZoom: 1, padding: 1 };

/** Selects a node by its name and brings it into view. */
export function FindNode() {
  const { t } = useTexts('flowEditor');
  const { flow, select } = useEditor();
  const { fitView } = useReactFlow();
  return (
    <Panel position="top-left">
      <Select<string>
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('canvas.find')}
        placeholder={t('canvas.find')}
        value={null as unknown as string}
        options={flow.nodes.map(({ id, name }) => ({ value: id, label: name }))}
        onSelect={(id) => {
          select(id);
          void fitView({ ...NEAR, nodes: [{ id }] });
        }}
        popupMatchSelectWidth={false}
        style={{ width: 160 }}
      />
    </Panel>
  );
}
