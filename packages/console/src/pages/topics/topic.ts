import type { RouteResponse, Routes } from '@funcgraph/api';
import { formatTopicUrn } from '@funcgraph/api/topic-urn';
import { useParams } from '@tanstack/react-router';
import { useSession } from '../../api/index.ts';

export type Topic = RouteResponse<Routes['listTopics']>['topics'][number];
export type Subscription = RouteResponse<Routes['listSubscriptionsByTopic']>['subscriptions'][number];
export type TopicName = Pick<Topic, 'name' | 'topic_urn'>;

/** The topic in the address of the page. */
export function useShownTopic(): TopicName {
  const { topic: name = '' } = useParams({ strict: false });
  const { region, project_id: projectId } = useSession();
  return { name, topic_urn: formatTopicUrn({ region, projectId, name }) };
}
