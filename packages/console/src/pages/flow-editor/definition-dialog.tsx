import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { Alert, App, Button, Input, Modal, Segmented, Upload } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { useWords } from '../../parts/flow-graph/index.ts';
import { Spoken } from '../../parts/spoken.tsx';
import { type Format, readText, writeText } from './definition-text.ts';

interface DefinitionDialogProps {
  readonly flow: FlowDefinition;
  readonly onApply: (flow: FlowDefinition) => void;
  readonly onClose: () => void;
}

const MOST_BYTES = 2 * 1024 * 1024;

type Read = { readonly flow: FlowDefinition } | { readonly problems: readonly string[] };

/** The definition as JSON or YAML: to be read, changed, saved as a file or loaded from one. */
export function DefinitionDialog({ flow, onApply, onClose }: DefinitionDialogProps) {
  const { t } = useTexts('flowEditor');
  const { word } = useWords();
  const { message } = App.useApp();
  const [format, setFormat] = useState<Format>('json');
  const [text, setText] = useState(() => writeText(flow, 'json'));
  const read = (): Read => {
    try {
      // the name of a flow stays what it is
      const result = readDefinition({ ...(readText(text, format) as object), name: flow.name || 'new' });
      if (!result.ok) return { problems: result.problems.map(({ path, text: why }) => `${path}: ${word(why)}`) };
      return { flow: { ...result.definition, name: flow.name, mode: flow.mode } };
    } catch (error) {
      return { problems: [(error as Error).message] };
    }
  };
  const result = read();
  const load = async (file: File) => {
    if (file.size > MOST_BYTES) {
      void message.error(<Spoken say={() => t('json.tooLarge')} />);
      return;
    }
    setFormat(file.name.endsWith('.json') ? 'json' : 'yaml');
    setText(await file.text());
  };
  /** The same definition in the other format, where the text is one. */
  const choose = (next: Format) => {
    setFormat(next);
    try {
      setText(writeText(readText(text, format), next));
    } catch {
      // what was typed stays
    }
  };
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(
      new Blob([text], { type: format === 'json' ? 'application/json' : 'application/yaml' }),
    );
    link.download = `${flow.name || 'flow'}.${format}`;
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
          accept=".json,.yaml,.yml"
          showUploadList={false}
          beforeUpload={(file) => {
            void load(file);
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
      <Segmented<Format>
        aria-label={t('json.format')}
        className="flow-json-format"
        value={format}
        options={[
          { value: 'json', label: 'JSON' },
          { value: 'yaml', label: 'YAML' },
        ]}
        onChange={choose}
      />
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
