import type { Json } from '@funcgraph/flow';
import { Select } from 'antd';
import { type ReactNode, useMemo, useRef } from 'react';
import { useTexts } from '../../../../i18n/index.ts';
import { nodeOf } from '../../draft/changes.ts';
import { useEditor } from '../../editor-context.ts';
import { pathsOf, withPath } from './paths.ts';
import { useSample } from './sample.ts';
import { executionOf, useLastRun } from './use-last-run.ts';

interface WithPathsProps {
  /** Names the field for readers of the screen. */
  readonly label: string;
  /** What `$` is in the field. */
  readonly of: 'input' | 'output';
  readonly onText: (text: string) => void;
  /** One field of text. */
  readonly children: ReactNode;
}

/** A field for an expression, with a list of values of the last run whose paths can be put into it. */
export function WithPaths({ label, of, onText, children }: WithPathsProps) {
  const { t } = useTexts('flowEditor');
  const paths = usePaths(of);
  const host = useRef<HTMLDivElement>(null);
  const insert = (path: string) => {
    const field = host.current?.querySelector<HTMLInputElement | HTMLTextAreaElement>('textarea, .ant-input');
    if (!field) return;
    const { value, selectionStart, selectionEnd } = field;
    const from = selectionStart ?? value.length;
    onText(withPath(value, path, { from, to: selectionEnd ?? from }));
    field.focus();
  };
  return (
    <div className="with-paths" ref={host}>
      {children}
      {paths.length > 0 && (
        <Select
          className="path-picker"
          size="small"
          aria-label={t('picker.label', { label })}
          placeholder={t('picker.title')}
          value={null}
          showSearch={{ optionFilterProp: 'search' }}
          popupMatchSelectWidth={360}
          options={paths.map(({ path, text }) => ({ value: path, path, text, search: `${path} ${text}`, label: path }))}
          optionRender={({ data }) => (
            <span className="path-option">
              <code>{data.path}</code>
              <code>{data.text}</code>
            </span>
          )}
          onChange={(path: string | null) => path !== null && insert(path)}
        />
      )}
    </div>
  );
}

/** Paths to the sample, or else to what arrived at the node in the last run; then to constants and the run. */
function usePaths(of: 'input' | 'output') {
  const { flow, selected } = useEditor();
  const { data } = useSample();
  const run = useLastRun();
  const sample = useMemo(() => {
    if (data !== undefined) return data;
    if (run === undefined) return undefined;
    const own = executionOf(run, selected);
    if (of === 'output') return own?.output;
    if (own !== undefined) return own.input;
    // a new node gets what the nodes before it gave
    const before = flow.edges.filter(({ to }) => to === selected).map(({ from }) => executionOf(run, from)?.output);
    return before.find((output) => output !== undefined) ?? run.input;
  }, [data, run, selected, of, flow.edges]);
  return useMemo(() => {
    const callbacks = flow.nodes.filter((node) => node.kind === 'wait' && node.callback !== undefined);
    const facts = {
      id: '',
      ...(callbacks.length > 0 && { callback: Object.fromEntries(callbacks.map(({ id }) => [id, ''])) }),
    };
    return nodeOf(flow, selected) === undefined
      ? []
      : [
          ...(sample === undefined ? [] : pathsOf('$', sample as Json)),
          ...pathsOf('$CONST', flow.constants as Json).slice(1),
          ...pathsOf('$RUN', facts)
            .filter(({ text }) => text === '""')
            .map(({ path }) => ({ path, text: '' })),
        ];
  }, [sample, flow, selected]);
}
