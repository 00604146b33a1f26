package com.huawei.services.runtime.entity.dms;

import funcgraph.runtime.JsonName;

/** Messages of a queue. */
public class DMSTriggerEvent {
    @JsonName("queue_id")
    private String queueId;
    private String region;
    @JsonName("event_type")
    private String eventType;
    @JsonName("consumer_group_id")
    private String consumerGroupId;
    private DMSMessage[] messages;

    public String getQueueId() {
        return queueId;
    }

    public void setQueueId(String queueId) {
        this.queueId = queueId;
    }

    public String getRegion() {
        return region;
    }

    public void setRegion(String region) {
        this.region = region;
    }

    public String getEventType() {
        return eventType;
    }

    public void setEventType(String eventType) {
        this.eventType = eventType;
    }

    public String getConsumerGroupId() {
        return consumerGroupId;
    }

    public void setConsumerGroupId(String consumerGroupId) {
        this.consumerGroupId = consumerGroupId;
    }

    public DMSMessage[] getMessages() {
        return messages;
    }

    public void setMessages(DMSMessage[] messages) {
        this.messages = messages;
    }
}
