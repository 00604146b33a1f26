import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { routeAddress, useSession } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { CopyButton } from './copy-button.tsx';
import { curlLine } from './curl-line.ts';
import './parts.css';
import type { SameCall } from './same-call.ts';

/** A command line to copy that does what the screen does, and its request as a line of curl. */
export function Command({ line, call }: { line: string; call?: SameCall | undefined }) {
  return call === undefined ? <Line line={line} /> : <CommandOrCall line={line} call={call} />;
}

function CommandOrCall({ line, call: { id, params, body } }: { line: string; call: SameCall }) {
  const { project_id } = useSession();
  const [isCurl, setCurl] = useState(false);
  const { method, path } = routeAddress(id);
  const curl = curlLine(location.origin, { method, path, params: { project_id, ...params }, body });
  return (
    <Line line={isCurl ? curl : line}>
      <Button size="small" type="text" aria-pressed={isCurl} onClick={() => setCurl(!isCurl)}>
        cURL
      </Button>
    </Line>
  );
}

function Line({ line, children }: { line: string; children?: ReactNode }) {
  const { t } = useTexts('parts');
  return (
    <div className="command">
      <code>{line}</code>
      {children}
      <CopyButton text={line} label={t('copy.command')} />
    </div>
  );
}
