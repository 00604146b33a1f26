import InboxOutlined from '@ant-design/icons/es/icons/InboxOutlined';
import type { ReactNode } from 'react';
import { Command } from './command.tsx';
import './parts.css';
import type { SameCall } from './same-call.ts';

interface EmptyStateProps {
  readonly title: string;
  /** `h1` when nothing else is on the page. */
  readonly heading?: 'h1' | 'h2';
  /** What belongs here and how to make the first one. */
  readonly text: string;
  readonly icon?: ReactNode;
  readonly action?: ReactNode;
  /** The same with `fgs`. */
  readonly command?: string;
  /** The same as a request. */
  readonly call?: SameCall;
}

export function EmptyState({ title, heading: Heading = 'h2', text, icon, action, command, call }: EmptyStateProps) {
  return (
    <div className="empty-state">
      <span className="empty-state-icon">{icon ?? <InboxOutlined />}</span>
      <Heading>{title}</Heading>
      <p>{text}</p>
      {action}
      {command && <Command line={command} call={call} />}
    </div>
  );
}
