import { Segmented } from 'antd';
import { useState } from 'react';
import { routeAddress, useSession } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { curlLine, httpText } from './call-text.ts';
import { CopyButton } from './copy-button.tsx';
import './parts.css';
import type { SameCall } from './same-call.ts';

/** A command line to copy that does what the screen does, and its request as a line of curl and as a message of HTTP. */
export function Command({ line, call }: { line: string; call?: SameCall | undefined }) {
  return call === undefined ? <Line line={line} /> : <CommandOrCall line={line} call={call} />;
}

const FORMS = ['cli', 'curl', 'http'] as const;
type Form = (typeof FORMS)[number];

function CommandOrCall({ line, call: { id, params, body } }: { line: string; call: SameCall }) {
  const { t } = useTexts('parts');
  const { project_id } = useSession();
  const [form, setForm] = useState<Form>('cli');
  const call = { ...routeAddress(id), params: { project_id, ...params }, body };
  const texts = { cli: line, curl: curlLine(location.origin, call), http: httpText(location.origin, call) };
  return (
    <div className="command has-forms">
      <Segmented<Form>
        size="small"
        aria-label={t('command.label')}
        options={FORMS.map((value) => ({ value, label: t(`command.${value}`) }))}
        value={form}
        onChange={setForm}
      />
      <CopyButton text={texts[form]} label={t(form === 'http' ? 'copy.request' : 'copy.command')} />
      <code>{texts[form]}</code>
    </div>
  );
}

function Line({ line }: { line: string }) {
  const { t } = useTexts('parts');
  return (
    <div className="command">
      <code>{line}</code>
      <CopyButton text={line} label={t('copy.command')} />
    </div>
  );
}
