import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { query, useMissingRight } from '../../api/index.ts';

interface SourceLinkProps {
  /** Of `event_data`. */
  readonly field: string;
  readonly text: string;
}

/** A setting of a trigger, with the way to the page of what it names. */
export function SourceLink({ field, text }: SourceLinkProps) {
  switch (field) {
    case 'bucket':
      return (
        <Link to="/buckets/$bucket" params={{ bucket: text }}>
          {text}
        </Link>
      );
    case 'topic_urn': {
      const topic = text.split(':').at(-1) ?? text;
      return (
        <Link to="/topics/$topic" params={{ topic }} title={text}>
          {topic}
        </Link>
      );
    }
    case 'stream_name':
      return (
        <Link to="/streams/$stream" params={{ stream: text }}>
          {text}
        </Link>
      );
    case 'group_id':
      return <GroupLink id={text} />;
    default:
      return text;
  }
}

/** A trigger may name a group that the gateway does not have, such as `DEFAULT`, which has no page. */
function GroupLink({ id }: { id: string }) {
  const isDenied = useMissingRight('listGatewayGroups') !== undefined;
  const { data } = useQuery({ ...query('listGatewayGroups'), enabled: !isDenied });
  const group = data?.groups.find((one) => one.id === id);
  if (group === undefined) return id;
  return (
    <Link to="/gateway/$group" params={{ group: id }}>
      {group.name}
    </Link>
  );
}
