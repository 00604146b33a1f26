import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { millisecondsText } from '../duration-text.ts';
import type { ShownTry } from '../model/run-model.ts';
import { ChildRun } from './child-run.tsx';

interface FactsProps {
  readonly chosen: ShownTry;
  readonly requestId: string | undefined;
  readonly names: ReadonlyMap<string, string>;
  /** URN of the flow of a sub-flow node. */
  readonly subflow: string | undefined;
}

/** `urn:fss:<region>:<project>:function:<application>:<name>:<version>` */
const FUNCTION_URN = /:function:([^:]+):([^:]+)(?::([^:]+))?$/;

/** When, how long, which function and what came next. */
export function Facts({ chosen, requestId, names, subflow }: FactsProps) {
  const { t } = useTexts('flowRun');
  const { startedAt, endedAt, due, callback, retryAt, child, to, target } = chosen;
  const [, app = '', name = '', version = 'latest'] = FUNCTION_URN.exec(target ?? '') ?? [];
  const rows: readonly (readonly [string, ReactNode] | false)[] = [
    [t('facts.began'), <Moment key="began" at={startedAt} />],
    endedAt !== undefined && [t('facts.took'), millisecondsText(endedAt - startedAt)],
    due !== undefined &&
      endedAt === undefined && [
        t(callback === undefined ? 'facts.waits' : 'facts.callback'),
        <Moment key="due" at={due} />,
      ],
    retryAt !== undefined && [t('facts.retryAt'), <Moment key="retry" at={retryAt} />],
    name !== '' && [
      t('facts.function'),
      <Link key="function" to="/functions/$name" params={{ name }} search={{ app, version } as never}>
        {name}:{version}
      </Link>,
    ],
    requestId !== undefined &&
      name !== '' && [
        t('facts.request'),
        <Link
          key="request"
          to="/functions/$name"
          params={{ name }}
          search={{ app, version, tab: 'monitoring', view: 'requests', request: requestId } as never}
        >
          <code>{requestId}</code>
        </Link>,
      ],
    child !== undefined && [t('facts.child'), <ChildRun key="child" flow={subflow ?? ''} run={child} />],
    to !== undefined && [t('facts.next'), names.get(to) ?? to],
  ];
  return (
    <dl className="run-facts">
      {rows.map(
        (row) =>
          row !== false && (
            <div key={row[0]}>
              <dt>{row[0]}</dt>
              <dd>{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
