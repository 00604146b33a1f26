import type { RouteResponse, Routes } from '@funcgraph/api';
import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { mutation } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { readFlowInput } from './flow-input.ts';
import { useNotices } from './notices.tsx';
import './parts.css';
import { Status } from './status.tsx';

export interface StartableFlow {
  readonly id: string;
  readonly name: string;
  readonly mode: string;
}

type Result = RouteResponse<Routes['startSyncWorkflowExecution']>;

interface StartFlowProps {
  readonly flow: StartableFlow;
  /** What the dialog begins with. */
  readonly input?: unknown;
  readonly onStarted?: (run: string) => void;
  readonly onClose: () => void;
}

/** Starts a flow. An express flow answers here, since it leaves no run behind. */
export function StartFlow({ flow, input: given = {}, onStarted, onClose }: StartFlowProps) {
  const { t } = useTexts('flows');
  const notices = useNotices();
  const { id, name } = flow;
  const [hasInput, setHasInput] = useState(true);
  const [text, setText] = useState(() => JSON.stringify(given, null, 2));
  const start = useMutation(mutation('startWorkflowExecution'));
  const call = useMutation(mutation('startSyncWorkflowExecution'));
  const input = hasInput ? readFlowInput(text) : {};
  const request = { params: { workflow_id: id }, body: { input: input ?? {} } };
  const onError = (error: Error) => notices.failure(() => t('start.failed', { name }), error);
  const run = () => {
    if (flow.mode === 'EXPRESS') call.mutate(request, { onError });
    else
      start.mutate(request, {
        onSuccess: ({ execution_id }) => {
          notices.success(() => t('start.done', { name, id: execution_id }));
          onClose();
          onStarted?.(execution_id);
        },
        onError,
      });
  };
  return (
    <Modal
      open
      title={t('start.title', { name })}
      okText={t('start.run')}
      cancelText={t('start.close')}
      okButtonProps={{ disabled: input === undefined }}
      confirmLoading={start.isPending || call.isPending}
      onOk={run}
      onCancel={onClose}
    >
      <Form layout="vertical" component="div">
        <Form.Item>
          <Radio.Group
            value={hasInput}
            onChange={(event) => setHasInput(event.target.value)}
            options={[
              { value: true, label: t('start.withInput') },
              { value: false, label: t('start.without') },
            ]}
          />
        </Form.Item>
        {hasInput && (
          <Form.Item
            label={t('start.input')}
            htmlFor="flow-input"
            {...(input === undefined ? { validateStatus: 'error', help: t('start.notObject') } : {})}
          >
            <Input.TextArea
              id="flow-input"
              className="code-input"
              autoSize={{ minRows: 5, maxRows: 16 }}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Form.Item>
        )}
      </Form>
      {call.data && <RunResult result={call.data} />}
    </Modal>
  );
}

function RunResult({ result: { status, output, errors = [] } }: { result: Result }) {
  const { t, i18n } = useTexts('flows');
  const key = `start.status.${status}` as 'start.status.success';
  return (
    <section aria-live="polite">
      <h3 className="flow-result-title">
        {t('start.result')}
        <Status kind={status === 'success' ? 'good' : 'bad'}>{i18n.exists(`flows:${key}`) ? t(key) : status}</Status>
      </h3>
      {output !== undefined && (
        // a long value scrolls by keyboard too
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        <pre className="code-block" tabIndex={0}>
          {JSON.stringify(output, null, 2)}
        </pre>
      )}
      {errors.map(({ node_id, error_message }) => (
        <p key={node_id}>
          <code>{node_id}</code> {error_message}
        </p>
      ))}
    </section>
  );
}
