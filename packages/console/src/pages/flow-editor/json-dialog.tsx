import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { Alert, Button, Input, Modal, Upload } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { useWords } from '../../parts/flow-graph/index.ts';

interface JsonDialogProps {
  readonly flow: FlowDefinition;
  readonly onApply: (flow: FlowDefinition) => void;
  readonly onClose: () => void;
}

type Read = { readonly flow: FlowDefinition } | { readonly problems: readonly string[] };

/** The definition as JSON: to be read, changed, saved as a file or loaded from one. */
export function JsonDialog({ flow, onApply, onClose }: JsonDialogProps) {
  const { t } = useTexts('flowEditor');
  const { word } = useWords();
  const [text, setText] = useState(() => JSON.stringify(flow, null, 2));
  const read = (): Read => {
    try {
      // the name of a flow stays what it is
      const result = readDefinition({ ...JSON.parse(text), name: flow.name || 'new' });
      if (!result.ok) return { problems: result.problems.map(({ path, text: why }) => `${path}: ${word(why)}`) };
      return { flow: { ...result.definition, name: flow.name, mode: flow.mode } };
    } catch (error) {
      return { problems: [(error as Error).message] };
    }
  };
  const result = read();
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = `${flow.name || 'flow'}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Modal
      open
      width={760}
      title={t('json.title')}
      onCancel={onClose}
      footer={[
        <Upload
          key="import"
          accept=".json"
          showUploadList={false}
          beforeUpload={(file) => {
            void file.text().then(setText);
            return false;
          }}
        >
          <Button>{t('json.import')}</Button>
        </Upload>,
        <Button key="export" onClick={download}>
          {t('json.export')}
        </Button>,
        <Button
          key="apply"
          type="primary"
          disabled={'problems' in result}
          onClick={() => 'flow' in result && onApply(result.flow)}
        >
          {t('json.apply')}
        </Button>,
      ]}
    >
      <Input.TextArea
        aria-label={t('json.title')}
        className="code-input"
        rows={20}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {'problems' in result && (
        <Alert
          className="flow-json-problems"
          type="error"
          showIcon
          title={t('json.refused')}
          description={result.problems.slice(0, 5).map((problem) => <div key={problem}>{problem}</div>)}
        />
      )}
    </Modal>
  );
}
